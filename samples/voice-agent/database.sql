-- A voice agent's database of version 1, before plan voice-agent. Generated; no real person's data.
-- 45 configurations of 12 tenants, 1,234 calls.
BEGIN;
CREATE TABLE tenants (
    id text PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE voice_agent_configs (
    id text PRIMARY KEY,
    tenant_id text,
    name text,
    prompt text,
    voice_id text,
    language text,
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE voice_agent_calls (
    id text PRIMARY KEY,
    tenant_id text,
    config_id text,
    version text NOT NULL DEFAULT 'v1',
    status text,
    ended_reason text,
    transcript text,
    outcome text,
    duration_seconds double precision,
    latency_ms double precision,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX voice_agent_calls_tenant_id ON voice_agent_calls (tenant_id);
INSERT INTO tenants (id, name) VALUES
('tenant-01', 'Taquería El Ñandú'),
('tenant-02', 'Clínica San José'),
('tenant-03', 'O''Brien Dental'),
('tenant-04', 'Café Luz'),
('tenant-05', 'Hotel del Sol'),
('tenant-06', 'Barbería Norte'),
('tenant-07', 'Farmacia 100 %'),
('tenant-08', 'Zoë''s Bistro'),
('tenant-09', 'Mueblería Øst'),
('tenant-10', 'Óptica Linde'),
('tenant-11', 'Spa & Sons'),
('tenant-12', 'Taller Müller');
INSERT INTO voice_agent_configs (id, tenant_id, name, prompt, voice_id, language, enabled, created_at, updated_at) VALUES
('config-001', 'tenant-01', 'Asistente 1', 'Outbound assistant of Taquería El Ñandú. Always be polite on a cold call.
Explica el MENÚ y el platillo del día.
Agenda la cita del paciente.
Informa el horario: abierto de 9 a 18.
Resuelve dudas y preguntas frecuentes (FAQ).
tono: 1.05
## Instrucciones especiales
- No des precios por teléfono
- Repite el número

farewell: Have a nice day', 'alloy', 'es-ES', false, now() - interval '549 days', now() - interval '360 days'),
('config-002', 'tenant-02', 'Asistente 1', 'Asistente de Clínica San José para llamadas ENTRANTES y salientes.
Toma reservaciones: mesa, hora y nombre.
Ofrece la promoción de la semana.
Pasa los datos de la doctora especialista.
tono: 1.05
Important notes:

Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', NULL, 'es-MX', true, now() - interval '649 days', now() - interval '148 days'),
('config-003', 'tenant-03', 'Asistente 1', 'Outbound assistant of O''Brien Dental. Always be polite on a cold call.
Toma reservaciones: mesa, hora y nombre.
Anota el pedido completo.
Ofrece la promoción de la semana.
Pasa los datos de la doctora especialista.
## Instrucciones especiales
- No des precios por teléfono
- Repite el número

Greeting: Hello, how may I help?', 'sage', NULL, true, now() - interval '609 days', now() - interval '163 days'),
('config-004', 'tenant-04', 'Asistente 1', 'Asistente de Café Luz para llamadas ENTRANTES y salientes.
Describe cada tratamiento.
Confirma la cobertura del seguro.
velocidad: 1.1
Important notes:
', NULL, 'es-ES', true, now() - interval '471 days', now() - interval '6 days'),
('config-005', 'tenant-05', 'Asistente 1', 'Eres un asistente que debe contestar las llamadas de Hotel del Sol.
Confirma la cobertura del seguro.
Informa el horario: abierto de 9 a 18.
Puedes transferir con un agente humano.
Resuelve dudas y preguntas frecuentes (FAQ).
Speed: 0.9
## Instrucciones especiales
- No des precios por teléfono
- Repite el número

Greeting: Hello, how may I help?', 'coral', 'es-MX', true, now() - interval '400 days', now() - interval '386 days'),
('config-006', 'tenant-06', 'Asistente 1', 'Asistente de Barbería Norte para llamadas ENTRANTES y salientes.
Toma reservaciones: mesa, hora y nombre.
Confirma la cobertura del seguro.
farewell: Have a nice day', 'alloy', 'en-US', true, now() - interval '798 days', now() - interval '75 days'),
('config-007', 'tenant-07', 'Asistente 1', 'Outbound assistant of Farmacia 100 %. Always be polite on a cold call.
Explica el MENÚ y el platillo del día.
## Instrucciones especiales
- No des precios por teléfono
- Repite el número

Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'alloy', 'en-US', true, now() - interval '651 days', now() - interval '100 days'),
('config-008', 'tenant-08', 'Asistente 1', NULL, NULL, NULL, true, now() - interval '523 days', now() - interval '290 days'),
('config-009', 'tenant-09', 'Asistente 1', 'You answer incoming calls of Mueblería Øst.
Pasa los datos de la doctora especialista.
velocidad: 1.1
reglas especiales
* Nunca prometas descuentos
# Cierre
farewell: Have a nice day', 'sage', 'es-ES', true, now() - interval '471 days', now() - interval '180 days'),
('config-010', 'tenant-10', 'Asistente 1', 'Tu trabajo es atender a quien llama a Óptica Linde.
Anota el pedido completo.
Agenda la cita del paciente.
Describe cada tratamiento.
Informa el horario: abierto de 9 a 18.
Puedes transferir con un agente humano.
Speed: 0.9
## Instrucciones especiales
- No des precios por teléfono
- Repite el número

farewell: Have a nice day', 'alloy', NULL, true, now() - interval '586 days', now() - interval '331 days'),
('config-011', 'tenant-11', 'Asistente 1', 'Asistente de Spa & Sons.
Agenda la cita del paciente.
pitch: 2
farewell: Have a nice day', NULL, 'es-MX', true, now() - interval '675 days', now() - interval '44 days'),
('config-012', 'tenant-12', 'Asistente 1', 'Tu trabajo es atender a quien llama a Taller Müller.
Toma reservaciones: mesa, hora y nombre.
Ofrece la promoción de la semana.
Describe cada tratamiento.
Puedes transferir con un agente humano.
velocidad: 3.5
NOTAS IMPORTANTES:
1. Habla despacio
2. Sé amable

farewell: Have a nice day', 'coral', 'en-US', false, now() - interval '612 days', now() - interval '243 days'),
('config-013', 'tenant-01', 'Asistente 2', 'CAMPAÑA de verano de Taquería El Ñandú: hay que llamar a cada cliente.
Agenda la cita del paciente.
Confirma la cobertura del seguro.
Puedes transferir con un agente humano.
Speed: 0.9
reglas especiales
* Nunca prometas descuentos
# Cierre
Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'coral', 'es-MX', true, now() - interval '588 days', now() - interval '81 days'),
('config-014', 'tenant-02', 'Asistente 2', '  
', 'sage', 'es-MX', true, now() - interval '615 days', now() - interval '235 days'),
('config-015', 'tenant-03', 'Asistente 2', 'CAMPAÑA de verano de O''Brien Dental: hay que llamar a cada cliente.
Explica el MENÚ y el platillo del día.
Agenda la cita del paciente.
Pasa los datos de la doctora especialista.
Informa el horario: abierto de 9 a 18.
Puedes transferir con un agente humano.
Resuelve dudas y preguntas frecuentes (FAQ).
pitch: 2
reglas especiales
* Nunca prometas descuentos
# Cierre
Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'sage', 'es-MX', true, now() - interval '584 days', now() - interval '73 days'),
('config-016', 'tenant-04', 'Asistente 2', 'Tu trabajo es atender a quien llama a Café Luz.
Informa el horario: abierto de 9 a 18.
pitch: 2
farewell: Have a nice day', 'sage', NULL, true, now() - interval '643 days', now() - interval '268 days'),
('config-017', 'tenant-05', 'Asistente 2', 'Eres un asistente que debe contestar las llamadas de Hotel del Sol.
Agenda la cita del paciente.
Confirma la cobertura del seguro.
Puedes transferir con un agente humano.
Important notes:

Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'alloy', 'es-ES', true, now() - interval '447 days', now() - interval '186 days'),
('config-018', 'tenant-06', 'Asistente 2', 'Tu trabajo es atender a quien llama a Barbería Norte.
Toma reservaciones: mesa, hora y nombre.
Informa el horario: abierto de 9 a 18.
velocidad: 1.1
farewell: Have a nice day', 'sage', 'en-US', true, now() - interval '499 days', now() - interval '277 days'),
('config-019', 'tenant-07', 'Asistente 2', 'Outbound assistant of Farmacia 100 %. Always be polite on a cold call.
Toma reservaciones: mesa, hora y nombre.
Agenda la cita del paciente.
Confirma la cobertura del seguro.
Informa el horario: abierto de 9 a 18.
velocidad: 3.5
reglas especiales
* Nunca prometas descuentos
# Cierre
Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'coral', 'en-US', true, now() - interval '732 days', now() - interval '386 days'),
('config-020', 'tenant-08', 'Asistente 2', 'Eres un asistente que debe contestar las llamadas de Zoë''s Bistro.
Anota el pedido completo.
Agenda la cita del paciente.
Confirma la cobertura del seguro.
Resuelve dudas y preguntas frecuentes (FAQ).
tono: 1.05
reglas especiales
* Nunca prometas descuentos
# Cierre
farewell: Have a nice day', 'alloy', 'es-MX', true, now() - interval '457 days', now() - interval '236 days'),
('config-021', 'tenant-09', 'Asistente 2', 'CAMPAÑA de verano de Mueblería Øst: hay que llamar a cada cliente.
Anota el pedido completo.
Explica el MENÚ y el platillo del día.
velocidad: 1.1', 'coral', 'es-MX', true, now() - interval '736 days', now() - interval '14 days'),
('config-022', 'tenant-10', 'Asistente 2', 'Atender con paciencia.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Si el cliente se enoja, escucha, respira y ofrece una solución.
Saludo: ¡Bienvenida!', 'coral', 'es-MX', true, now() - interval '579 days', now() - interval '249 days'),
('config-023', 'tenant-11', 'Asistente 2', 'Tu trabajo es atender a quien llama a Spa & Sons.
Ofrece la promoción de la semana.
Puedes transferir con un agente humano.
tono: 1.05
reglas especiales
* Nunca prometas descuentos
# Cierre
Greeting: Hello, how may I help?', 'alloy', NULL, false, now() - interval '468 days', now() - interval '156 days'),
('config-024', 'tenant-12', 'Asistente 2', 'You answer incoming calls of Taller Müller.
velocidad: 1.1
## Instrucciones especiales
- No des precios por teléfono
- Repite el número
', 'alloy', 'en-US', true, now() - interval '431 days', now() - interval '71 days'),
('config-025', 'tenant-01', 'Asistente 3', 'Tu trabajo es atender a quien llama a Taquería El Ñandú.
Explica el MENÚ y el platillo del día.
Agenda la cita del paciente.
Puedes transferir con un agente humano.
tono: 1.05
Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'sage', 'en-US', true, now() - interval '768 days', now() - interval '54 days'),
('config-026', 'tenant-02', 'Asistente 3', 'You answer incoming calls of Clínica San José.
Describe cada tratamiento.
Confirma la cobertura del seguro.
Resuelve dudas y preguntas frecuentes (FAQ).
reglas especiales
* Nunca prometas descuentos
# Cierre
Greeting: Hello, how may I help?', 'sage', 'es-MX', true, now() - interval '478 days', now() - interval '23 days'),
('config-027', 'tenant-03', 'Asistente 3', 'Asistente de O''Brien Dental.
Agenda la cita del paciente.
Resuelve dudas y preguntas frecuentes (FAQ).
velocidad: 3.5
reglas especiales
* Nunca prometas descuentos
# Cierre', 'coral', NULL, true, now() - interval '675 days', now() - interval '4 days'),
('config-028', 'tenant-04', 'Asistente 3', 'Asistente de Café Luz.
Pasa los datos de la doctora especialista.
Resuelve dudas y preguntas frecuentes (FAQ).
pitch: 2
NOTAS IMPORTANTES:
1. Habla despacio
2. Sé amable

Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', NULL, 'es-ES', true, now() - interval '525 days', now() - interval '206 days'),
('config-029', 'tenant-05', 'Asistente 3', 'Asistente de Hotel del Sol para llamadas ENTRANTES y salientes.
Describe cada tratamiento.
## Instrucciones especiales
- No des precios por teléfono
- Repite el número

Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'coral', 'es-ES', true, now() - interval '552 days', now() - interval '212 days'),
('config-030', 'tenant-06', 'Asistente 3', 'Asistente de Barbería Norte para llamadas ENTRANTES y salientes.
Describe cada tratamiento.
Confirma la cobertura del seguro.
Puedes transferir con un agente humano.', NULL, 'en-US', true, now() - interval '518 days', now() - interval '19 days'),
('config-031', 'tenant-07', 'Asistente 3', 'CAMPAÑA de verano de Farmacia 100 %: hay que llamar a cada cliente.
Toma reservaciones: mesa, hora y nombre.
Ofrece la promoción de la semana.
Describe cada tratamiento.
Pasa los datos de la doctora especialista.
Confirma la cobertura del seguro.
velocidad: 3.5
reglas especiales
* Nunca prometas descuentos
# Cierre
Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'coral', 'es-MX', true, now() - interval '519 days', now() - interval '204 days'),
('config-032', 'tenant-08', 'Asistente 3', 'Asistente de Zoë''s Bistro para llamadas ENTRANTES y salientes.
Anota el pedido completo.
Agenda la cita del paciente.
Confirma la cobertura del seguro.
NOTAS IMPORTANTES:
1. Habla despacio
2. Sé amable
', NULL, 'es-ES', true, now() - interval '760 days', now() - interval '349 days'),
('config-033', 'tenant-09', 'Asistente 3', 'Eres un asistente que debe contestar las llamadas de Mueblería Øst.
Toma reservaciones: mesa, hora y nombre.
Anota el pedido completo.
Pasa los datos de la doctora especialista.
Confirma la cobertura del seguro.
reglas especiales
* Nunca prometas descuentos
# Cierre
farewell: Have a nice day', 'sage', 'en-US', true, now() - interval '571 days', now() - interval '192 days'),
('config-034', 'tenant-10', 'Asistente 3', 'You answer incoming calls of Óptica Linde.
Toma reservaciones: mesa, hora y nombre.
Confirma la cobertura del seguro.
Speed: 0.9', 'sage', 'es-MX', false, now() - interval '595 days', now() - interval '227 days'),
('config-035', 'tenant-11', 'Asistente 3', 'Asistente de Spa & Sons para llamadas ENTRANTES y salientes.
Toma reservaciones: mesa, hora y nombre.
Agenda la cita del paciente.
Puedes transferir con un agente humano.
pitch: 2
reglas especiales
* Nunca prometas descuentos
# Cierre', 'coral', 'es-ES', true, now() - interval '611 days', now() - interval '115 days'),
('config-036', 'tenant-12', 'Asistente 3', 'CAMPAÑA de verano de Taller Müller: hay que llamar a cada cliente.
Ofrece la promoción de la semana.
Informa el horario: abierto de 9 a 18.
pitch: 2
Important notes:

Greeting: Hello, how may I help?', NULL, NULL, true, now() - interval '768 days', now() - interval '320 days'),
('config-037', 'tenant-01', 'Asistente 4', 'CAMPAÑA de verano de Taquería El Ñandú: hay que llamar a cada cliente.
Anota el pedido completo.
Resuelve dudas y preguntas frecuentes (FAQ).
Speed: 0.9', 'coral', 'es-MX', true, now() - interval '621 days', now() - interval '275 days'),
('config-038', 'tenant-02', 'Asistente 4', 'Tu trabajo es atender a quien llama a Clínica San José.
Explica el MENÚ y el platillo del día.
Ofrece la promoción de la semana.
Agenda la cita del paciente.
Pasa los datos de la doctora especialista.
pitch: 2
reglas especiales
* Nunca prometas descuentos
# Cierre
farewell: Have a nice day', 'alloy', NULL, true, now() - interval '715 days', now() - interval '352 days'),
('config-039', 'tenant-03', 'Asistente 4', 'Asistente de O''Brien Dental para llamadas ENTRANTES y salientes.
Anota el pedido completo.
Explica el MENÚ y el platillo del día.
Ofrece la promoción de la semana.
Describe cada tratamiento.
Confirma la cobertura del seguro.
Speed: 0.9
Important notes:

farewell: Have a nice day', 'alloy', 'es-MX', true, now() - interval '766 days', now() - interval '168 days'),
('config-040', 'tenant-04', 'Asistente 4', 'Tu trabajo es atender a quien llama a Café Luz.
Agenda la cita del paciente.
Informa el horario: abierto de 9 a 18.
Puedes transferir con un agente humano.
Resuelve dudas y preguntas frecuentes (FAQ).
Speed: 0.9
reglas especiales
* Nunca prometas descuentos
# Cierre
farewell: Have a nice day', 'coral', 'es-MX', true, now() - interval '630 days', now() - interval '135 days'),
('config-041', 'tenant-05', 'Asistente 4', 'Eres un asistente que debe contestar las llamadas de Hotel del Sol.
Explica el MENÚ y el platillo del día.
Resuelve dudas y preguntas frecuentes (FAQ).
Speed: 0.9
## Instrucciones especiales
- No des precios por teléfono
- Repite el número

Saludo: ¡Hola! Gracias por llamar.
Despedida: ¡Hasta luego!', 'alloy', 'es-ES', true, now() - interval '424 days', now() - interval '127 days'),
('config-042', 'tenant-06', 'Asistente 4', 'Tu trabajo es atender a quien llama a Barbería Norte.
Anota el pedido completo.
Ofrece la promoción de la semana.
Agenda la cita del paciente.
Pasa los datos de la doctora especialista.
Confirma la cobertura del seguro.
pitch: 2', NULL, NULL, true, now() - interval '433 days', now() - interval '159 days'),
('config-043', 'tenant-07', 'Asistente 4', 'Asistente de Farmacia 100 % para llamadas ENTRANTES y salientes.
Toma reservaciones: mesa, hora y nombre.
Anota el pedido completo.
Explica el MENÚ y el platillo del día.
Pasa los datos de la doctora especialista.
reglas especiales
* Nunca prometas descuentos
# Cierre
farewell: Have a nice day', 'alloy', 'es-MX', true, now() - interval '608 days', now() - interval '314 days'),
('config-044', 'tenant-08', 'Asistente 4', 'Tu trabajo es atender a quien llama a Zoë''s Bistro.
Describe cada tratamiento.
pitch: 2
reglas especiales
* Nunca prometas descuentos
# Cierre
Greeting: Hello, how may I help?', NULL, 'en-US', true, now() - interval '478 days', now() - interval '186 days'),
('config-045', 'tenant-09', 'Asistente 4', 'Eres un asistente que debe contestar las llamadas de Mueblería Øst.
Anota el pedido completo.
Describe cada tratamiento.
Puedes transferir con un agente humano.
tono: 1.05', 'sage', 'en-US', false, now() - interval '723 days', now() - interval '107 days');
INSERT INTO voice_agent_calls (id, tenant_id, config_id, version, status, ended_reason, transcript, outcome, duration_seconds, latency_ms, created_at) VALUES
('call-00001', 'tenant-03', 'config-039', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 364.6, 461, now() - interval '25272 minutes'),
('call-00002', 'tenant-09', 'config-009', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 197.3, 1557, now() - interval '70584 minutes'),
('call-00003', 'tenant-05', 'config-041', 'v1', 'completed', 'transferred', '', NULL, 492.1, 1700, now() - interval '77031 minutes'),
('call-00004', 'tenant-06', 'config-042', 'v1', 'completed', 'customer-ended-call', '', NULL, 563.9, 406, now() - interval '57123 minutes'),
('call-00005', 'tenant-02', 'config-026', 'v1', 'in-progress', 'assistant-ended-call', NULL, NULL, 217.8, 1053, now() - interval '102293 minutes'),
('call-00006', 'tenant-02', 'config-014', 'v1', 'failed', 'transferred', 'Appointment scheduled, see you then.', NULL, 303.7, 1452, now() - interval '19305 minutes'),
('call-00007', 'tenant-10', 'config-022', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 218.6, 682, now() - interval '71229 minutes'),
('call-00008', 'tenant-02', 'config-038', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 542.1, 1146, now() - interval '6532 minutes'),
('call-00009', 'tenant-01', 'config-037', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, NULL, 1286, now() - interval '126412 minutes'),
('call-00010', 'tenant-03', 'config-003', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 152.7, 1892, now() - interval '97987 minutes'),
('call-00011', 'tenant-05', 'config-041', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 64.4, 1934, now() - interval '52333 minutes'),
('call-00012', 'tenant-05', 'config-029', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 537.0, 1562, now() - interval '18698 minutes'),
('call-00013', 'tenant-05', 'config-017', 'v1', 'in-progress', 'transferred', 'Order confirmed. Anything else?', NULL, 369.3, 859, now() - interval '78001 minutes'),
('call-00014', 'tenant-06', 'config-030', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 381.6, 1270, now() - interval '4663 minutes'),
('call-00015', 'tenant-07', 'config-019', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 408.5, NULL, now() - interval '34135 minutes'),
('call-00016', 'tenant-04', 'config-028', 'v1', 'completed', 'silence-timeout', 'Buenas tardes.', NULL, 320.7, 1899, now() - interval '81239 minutes'),
('call-00017', 'tenant-11', 'config-023', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 136.0, 518, now() - interval '57995 minutes'),
('call-00018', 'tenant-06', 'config-042', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 15.9, NULL, now() - interval '43713 minutes'),
('call-00019', 'tenant-11', 'config-035', 'v1', 'completed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 304.2, 1899, now() - interval '54670 minutes'),
('call-00020', 'tenant-04', 'config-016', 'v1', 'failed', 'silence-timeout', 'No, nada, gracias.', NULL, 300.9, 944, now() - interval '61201 minutes'),
('call-00021', 'tenant-10', 'config-034', 'v1', 'failed', 'transferred', 'Your reservation confirmed for two.', NULL, 549.3, 1469, now() - interval '43562 minutes'),
('call-00022', 'tenant-02', 'config-026', 'v1', 'failed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 580.6, NULL, now() - interval '98199 minutes'),
('call-00023', 'tenant-05', 'config-041', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', NULL, 248.4, 1089, now() - interval '72598 minutes'),
('call-00024', 'tenant-07', 'config-007', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 119.5, 1574, now() - interval '58606 minutes'),
('call-00025', 'tenant-08', 'config-020', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 71.4, 473, now() - interval '58722 minutes'),
('call-00026', 'tenant-08', 'config-020', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 10.5, 1960, now() - interval '47044 minutes'),
('call-00027', 'tenant-08', 'config-044', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 554.0, 502, now() - interval '54235 minutes'),
('call-00028', 'tenant-12', 'config-036', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 435.3, 1504, now() - interval '87359 minutes'),
('call-00029', 'tenant-08', 'config-032', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 529.0, 1468, now() - interval '85054 minutes'),
('call-00030', 'tenant-01', 'config-001', 'v1', 'completed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, 511.1, 458, now() - interval '26984 minutes'),
('call-00031', 'tenant-09', 'config-009', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 470.6, 740, now() - interval '35679 minutes'),
('call-00032', 'tenant-05', 'config-005', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 129.5, 1887, now() - interval '77211 minutes'),
('call-00033', 'tenant-06', 'config-018', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 277.4, 279, now() - interval '31663 minutes'),
('call-00034', 'tenant-05', 'config-005', 'v1', 'failed', 'silence-timeout', NULL, 'information_given', NULL, 1429, now() - interval '8637 minutes'),
('call-00035', 'tenant-06', 'config-042', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 381.3, 202, now() - interval '11806 minutes'),
('call-00036', 'tenant-04', 'config-004', 'v1', 'in-progress', 'customer-ended-call', 'No, nada, gracias.', NULL, 483.6, 253, now() - interval '33460 minutes'),
('call-00037', 'tenant-06', 'config-042', 'v1', 'failed', 'transferred', 'No, nada, gracias.', NULL, 406.7, 907, now() - interval '52367 minutes'),
('call-00038', 'tenant-06', 'config-042', 'v1', 'failed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, NULL, 944, now() - interval '110500 minutes'),
('call-00039', 'tenant-07', 'config-019', 'v1', 'completed', 'silence-timeout', 'Buenas tardes.', NULL, 337.0, 1305, now() - interval '49759 minutes'),
('call-00040', 'tenant-10', 'config-010', 'v1', 'failed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 585.3, 919, now() - interval '21363 minutes'),
('call-00041', 'tenant-09', 'config-033', 'v1', 'failed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 299.8, 294, now() - interval '3315 minutes'),
('call-00042', 'tenant-06', 'config-018', 'v1', 'in-progress', NULL, '¿A qué hora abren?
A las nueve.', NULL, 103.1, 1013, now() - interval '122293 minutes'),
('call-00043', 'tenant-04', 'config-028', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 122.2, 1390, now() - interval '37570 minutes'),
('call-00044', 'tenant-04', 'config-016', 'v1', 'in-progress', NULL, 'Let me TRANSFER you.', NULL, 0, 1296, now() - interval '17812 minutes'),
('call-00045', 'tenant-04', 'config-016', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 89.2, 259, now() - interval '51678 minutes'),
('call-00046', 'tenant-09', 'config-021', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', NULL, 395.4, 1255, now() - interval '88758 minutes'),
('call-00047', 'tenant-11', 'config-023', 'v1', 'failed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 144.3, 1288, now() - interval '122663 minutes'),
('call-00048', 'tenant-07', 'config-043', 'v1', 'failed', 'assistant-ended-call', 'Buenas tardes.', NULL, 152.4, 540, now() - interval '83189 minutes'),
('call-00049', 'tenant-09', 'config-033', 'v1', 'completed', NULL, NULL, NULL, 0, 1957, now() - interval '42010 minutes'),
('call-00050', 'tenant-07', 'config-043', 'v1', 'completed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 381.1, 1317, now() - interval '73923 minutes'),
('call-00051', 'tenant-07', 'config-031', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, NULL, 731, now() - interval '16639 minutes'),
('call-00052', 'tenant-05', 'config-017', 'v1', 'in-progress', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 535.4, 1105, now() - interval '120376 minutes'),
('call-00053', 'tenant-05', 'config-041', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 327.1, 620, now() - interval '91103 minutes'),
('call-00054', 'tenant-05', 'config-017', 'v1', 'completed', NULL, '', NULL, 273.7, 1627, now() - interval '122426 minutes'),
('call-00055', 'tenant-07', 'config-007', 'v1', 'completed', 'customer-ended-call', '', 'order_created', 359.7, 1940, now() - interval '28988 minutes'),
('call-00056', 'tenant-11', 'config-023', 'v1', 'in-progress', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 500.1, 1252, now() - interval '20285 minutes'),
('call-00057', 'tenant-06', 'config-042', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 347.8, 136, now() - interval '66665 minutes'),
('call-00058', 'tenant-11', 'config-023', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 162.3, 778, now() - interval '29624 minutes'),
('call-00059', 'tenant-04', 'config-004', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 120.2, 1671, now() - interval '5566 minutes'),
('call-00060', 'tenant-05', 'config-029', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 263.1, 141, now() - interval '58434 minutes'),
('call-00061', 'tenant-05', 'config-029', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 550.3, 354, now() - interval '29650 minutes'),
('call-00062', 'tenant-02', 'config-026', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 456.9, 761, now() - interval '21183 minutes'),
('call-00063', 'tenant-04', 'config-004', 'v1', 'failed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 214.1, 315, now() - interval '56931 minutes'),
('call-00064', 'tenant-01', 'config-013', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 395.8, 1360, now() - interval '41394 minutes'),
('call-00065', 'tenant-02', 'config-038', 'v1', 'completed', 'silence-timeout', 'Buenas tardes.', NULL, 340.0, 1346, now() - interval '59619 minutes'),
('call-00066', 'tenant-10', 'config-034', 'v1', 'in-progress', 'assistant-ended-call', '', NULL, 432.3, 438, now() - interval '4281 minutes'),
('call-00067', 'tenant-01', 'config-037', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 186.0, 1779, now() - interval '56972 minutes'),
('call-00068', 'tenant-11', 'config-011', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 546.0, 1041, now() - interval '121334 minutes'),
('call-00069', 'tenant-09', 'config-021', 'v1', 'in-progress', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 0, 958, now() - interval '53335 minutes'),
('call-00070', 'tenant-07', 'config-019', 'v1', 'in-progress', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 204.0, 386, now() - interval '6536 minutes'),
('call-00071', 'tenant-11', 'config-011', 'v1', 'completed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 168.9, 158, now() - interval '38578 minutes'),
('call-00072', 'tenant-08', 'config-044', 'v1', 'completed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 77.2, 233, now() - interval '29378 minutes'),
('call-00073', 'tenant-08', 'config-032', 'v1', 'failed', 'assistant-ended-call', 'Buenas tardes.', NULL, 378.9, 188, now() - interval '54040 minutes'),
('call-00074', 'tenant-12', 'config-012', 'v1', 'completed', 'silence-timeout', 'Appointment scheduled, see you then.', 'information_given', 470.4, 708, now() - interval '68569 minutes'),
('call-00075', 'tenant-07', 'config-043', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 330.8, 1689, now() - interval '107445 minutes'),
('call-00076', 'tenant-02', 'config-002', 'v1', 'failed', 'silence-timeout', 'No, nada, gracias.', NULL, NULL, NULL, now() - interval '96168 minutes'),
('call-00077', 'tenant-01', 'config-013', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 129.6, 1976, now() - interval '49886 minutes'),
('call-00078', 'tenant-11', 'config-023', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 163.1, 1485, now() - interval '93933 minutes'),
('call-00079', 'tenant-01', 'config-013', 'v1', 'completed', NULL, NULL, NULL, 245.6, 989, now() - interval '79802 minutes'),
('call-00080', 'tenant-07', 'config-007', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', NULL, 267.2, 774, now() - interval '76699 minutes'),
('call-00081', 'tenant-04', 'config-016', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 318.5, 519, now() - interval '24354 minutes'),
('call-00082', 'tenant-12', 'config-024', 'v1', 'in-progress', NULL, NULL, NULL, 116.4, 1896, now() - interval '91003 minutes'),
('call-00083', 'tenant-11', 'config-023', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 338.1, 228, now() - interval '111240 minutes'),
('call-00084', 'tenant-02', 'config-014', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 16.7, 326, now() - interval '67720 minutes'),
('call-00085', 'tenant-07', 'config-019', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 295.1, 1555, now() - interval '95602 minutes'),
('call-00086', 'tenant-02', 'config-026', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 179.1, 1714, now() - interval '55699 minutes'),
('call-00087', 'tenant-08', 'config-020', 'v1', 'failed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 528.1, 1760, now() - interval '14394 minutes'),
('call-00088', 'tenant-09', 'config-021', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 495.5, 645, now() - interval '31383 minutes'),
('call-00089', 'tenant-07', 'config-031', 'v1', 'failed', NULL, '', NULL, 161.8, 1369, now() - interval '3592 minutes'),
('call-00090', 'tenant-03', 'config-027', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 79.6, 794, now() - interval '104938 minutes'),
('call-00091', 'tenant-07', 'config-031', 'v1', 'in-progress', 'transferred', 'Your reservation confirmed for two.', NULL, 549.5, 1942, now() - interval '118126 minutes'),
('call-00092', 'tenant-07', 'config-043', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 594.1, 1523, now() - interval '37473 minutes'),
('call-00093', 'tenant-03', 'config-039', 'v1', 'completed', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', 'information_given', 79.0, 524, now() - interval '88738 minutes'),
('call-00094', 'tenant-09', 'config-021', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 164.2, 851, now() - interval '83047 minutes'),
('call-00095', 'tenant-09', 'config-033', 'v1', 'completed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 164.5, 1063, now() - interval '126979 minutes'),
('call-00096', 'tenant-06', 'config-030', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 482.2, 1114, now() - interval '33669 minutes'),
('call-00097', 'tenant-02', 'config-014', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 177.6, 1487, now() - interval '39579 minutes'),
('call-00098', 'tenant-09', 'config-045', 'v1', 'failed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 66.5, 1917, now() - interval '12829 minutes'),
('call-00099', 'tenant-12', 'config-012', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 551.5, 1973, now() - interval '2322 minutes'),
('call-00100', 'tenant-03', 'config-039', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 579.5, 1120, now() - interval '119229 minutes'),
('call-00101', 'tenant-09', 'config-033', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 0, 313, now() - interval '66824 minutes'),
('call-00102', 'tenant-04', 'config-028', 'v1', 'in-progress', 'transferred', 'Let me TRANSFER you.', 'information_given', NULL, 1386, now() - interval '55264 minutes'),
('call-00103', 'tenant-04', 'config-004', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', 'information_given', 428.5, 557, now() - interval '37390 minutes'),
('call-00104', 'tenant-08', 'config-008', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 512.7, 509, now() - interval '161 minutes'),
('call-00105', 'tenant-06', 'config-018', 'v1', 'failed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', 'order_created', 453.0, 1905, now() - interval '36508 minutes'),
('call-00106', 'tenant-08', 'config-008', 'v1', 'failed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 507.3, 1809, now() - interval '80360 minutes'),
('call-00107', 'tenant-12', 'config-036', 'v1', 'completed', 'assistant-ended-call', '', NULL, 469.5, 971, now() - interval '74752 minutes'),
('call-00108', 'tenant-05', 'config-005', 'v1', 'in-progress', 'transferred', NULL, NULL, 554.4, 1006, now() - interval '11199 minutes'),
('call-00109', 'tenant-04', 'config-040', 'v1', 'failed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 436.0, NULL, now() - interval '13778 minutes'),
('call-00110', 'tenant-02', 'config-002', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 266.3, 142, now() - interval '9127 minutes'),
('call-00111', 'tenant-05', 'config-005', 'v1', 'failed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', 'order_created', 159.2, 1380, now() - interval '114769 minutes'),
('call-00112', 'tenant-09', 'config-021', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 226.9, NULL, now() - interval '85428 minutes'),
('call-00113', 'tenant-09', 'config-009', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 587.5, NULL, now() - interval '6269 minutes'),
('call-00114', 'tenant-01', 'config-037', 'v1', 'failed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 599.0, 681, now() - interval '28322 minutes'),
('call-00115', 'tenant-08', 'config-008', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', NULL, 445.9, 1804, now() - interval '32059 minutes'),
('call-00116', 'tenant-03', 'config-039', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 390.1, 1524, now() - interval '13244 minutes'),
('call-00117', 'tenant-01', 'config-025', 'v1', 'failed', 'transferred', 'Your reservation confirmed for two.', NULL, 380.8, 1049, now() - interval '88596 minutes'),
('call-00118', 'tenant-08', 'config-020', 'v1', 'completed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 373.5, 176, now() - interval '37047 minutes'),
('call-00119', 'tenant-10', 'config-010', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 598.2, 1265, now() - interval '1583 minutes'),
('call-00120', 'tenant-08', 'config-020', 'v1', 'completed', 'transferred', 'Buenas tardes.', NULL, 0, 1760, now() - interval '103220 minutes'),
('call-00121', 'tenant-03', 'config-003', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', 'information_given', 1.7, 1337, now() - interval '9097 minutes'),
('call-00122', 'tenant-07', 'config-043', 'v1', 'in-progress', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 224.3, 1342, now() - interval '119973 minutes'),
('call-00123', 'tenant-09', 'config-021', 'v1', 'in-progress', NULL, '¿A qué hora abren?
A las nueve.', NULL, 589.9, 131, now() - interval '38460 minutes'),
('call-00124', 'tenant-09', 'config-033', 'v1', 'completed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 450.8, 669, now() - interval '110557 minutes'),
('call-00125', 'tenant-09', 'config-033', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 182.6, 1267, now() - interval '23938 minutes'),
('call-00126', 'tenant-03', 'config-039', 'v1', 'completed', 'silence-timeout', '', NULL, 118.2, 1208, now() - interval '92599 minutes'),
('call-00127', 'tenant-04', 'config-040', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 599.0, 1686, now() - interval '98706 minutes'),
('call-00128', 'tenant-09', 'config-045', 'v1', 'in-progress', 'transferred', 'No, nada, gracias.', NULL, 324.3, 1049, now() - interval '89525 minutes'),
('call-00129', 'tenant-02', 'config-014', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 314.5, 1109, now() - interval '30208 minutes'),
('call-00130', 'tenant-11', 'config-023', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 111.7, 1766, now() - interval '40597 minutes'),
('call-00131', 'tenant-06', 'config-018', 'v1', 'in-progress', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', 'order_created', 275.7, 1931, now() - interval '68102 minutes'),
('call-00132', 'tenant-03', 'config-027', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 515.3, 1802, now() - interval '34291 minutes'),
('call-00133', 'tenant-10', 'config-010', 'v1', 'in-progress', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 329.8, 479, now() - interval '56864 minutes'),
('call-00134', 'tenant-05', 'config-017', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 599.5, 1120, now() - interval '65612 minutes'),
('call-00135', 'tenant-01', 'config-037', 'v1', 'completed', 'transferred', NULL, NULL, 500.0, 1209, now() - interval '119080 minutes'),
('call-00136', 'tenant-02', 'config-002', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 120.7, 1934, now() - interval '9940 minutes'),
('call-00137', 'tenant-05', 'config-041', 'v1', 'in-progress', 'customer-ended-call', '', NULL, 165.8, 1162, now() - interval '90643 minutes'),
('call-00138', 'tenant-08', 'config-008', 'v1', 'in-progress', 'assistant-ended-call', 'No, nada, gracias.', 'information_given', 564.1, NULL, now() - interval '11553 minutes'),
('call-00139', 'tenant-07', 'config-031', 'v1', 'completed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 98.1, NULL, now() - interval '90733 minutes'),
('call-00140', 'tenant-03', 'config-003', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 39.1, 761, now() - interval '55427 minutes'),
('call-00141', 'tenant-07', 'config-043', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', NULL, 115.3, 175, now() - interval '54048 minutes'),
('call-00142', 'tenant-09', 'config-045', 'v1', 'failed', 'transferred', NULL, NULL, 471.5, 1691, now() - interval '61559 minutes'),
('call-00143', 'tenant-10', 'config-010', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 210.6, NULL, now() - interval '33247 minutes'),
('call-00144', 'tenant-10', 'config-010', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, NULL, 246, now() - interval '30121 minutes'),
('call-00145', 'tenant-05', 'config-017', 'v1', 'failed', 'customer-ended-call', 'Lo voy a transferir con una persona.', 'order_created', 538.1, 471, now() - interval '104161 minutes'),
('call-00146', 'tenant-02', 'config-038', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 512.4, 1911, now() - interval '103250 minutes'),
('call-00147', 'tenant-12', 'config-036', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 443.8, 544, now() - interval '127182 minutes'),
('call-00148', 'tenant-07', 'config-043', 'v1', 'in-progress', 'transferred', 'Your reservation confirmed for two.', NULL, 57.7, 1508, now() - interval '37308 minutes'),
('call-00149', 'tenant-04', 'config-004', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 591.6, 1801, now() - interval '66724 minutes'),
('call-00150', 'tenant-07', 'config-043', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 580.3, 941, now() - interval '74362 minutes'),
('call-00151', 'tenant-03', 'config-027', 'v1', 'failed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 69.1, 1265, now() - interval '49748 minutes'),
('call-00152', 'tenant-07', 'config-043', 'v1', 'in-progress', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 63.8, 543, now() - interval '25464 minutes'),
('call-00153', 'tenant-04', 'config-040', 'v1', 'completed', 'silence-timeout', '', NULL, 225.3, 1780, now() - interval '47582 minutes'),
('call-00154', 'tenant-01', 'config-037', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 45.1, 1893, now() - interval '65399 minutes'),
('call-00155', 'tenant-05', 'config-005', 'v1', 'in-progress', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 0, 1147, now() - interval '19721 minutes'),
('call-00156', 'tenant-05', 'config-005', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 463.2, 1552, now() - interval '52003 minutes'),
('call-00157', 'tenant-02', 'config-026', 'v1', 'failed', 'customer-ended-call', 'No, nada, gracias.', NULL, 0, 1961, now() - interval '11565 minutes'),
('call-00158', 'tenant-12', 'config-036', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 475.4, 848, now() - interval '23552 minutes'),
('call-00159', 'tenant-10', 'config-010', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 283.2, 164, now() - interval '71586 minutes'),
('call-00160', 'tenant-07', 'config-007', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', 'information_given', 360.0, 1547, now() - interval '71987 minutes'),
('call-00161', 'tenant-10', 'config-034', 'v1', 'failed', NULL, 'Your reservation confirmed for two.', NULL, 200.5, 242, now() - interval '113694 minutes'),
('call-00162', 'tenant-11', 'config-023', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 493.3, 251, now() - interval '94246 minutes'),
('call-00163', 'tenant-01', 'config-001', 'v1', 'in-progress', NULL, '', NULL, 498.8, 596, now() - interval '17312 minutes'),
('call-00164', 'tenant-05', 'config-017', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, NULL, 144, now() - interval '97789 minutes'),
('call-00165', 'tenant-09', 'config-021', 'v1', 'in-progress', 'silence-timeout', NULL, NULL, NULL, 311, now() - interval '128716 minutes'),
('call-00166', 'tenant-04', 'config-016', 'v1', 'in-progress', 'assistant-ended-call', 'No, nada, gracias.', NULL, 376.7, 1291, now() - interval '52241 minutes'),
('call-00167', 'tenant-04', 'config-004', 'v1', 'in-progress', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 406.1, 1259, now() - interval '58953 minutes'),
('call-00168', 'tenant-07', 'config-019', 'v1', 'completed', 'silence-timeout', NULL, NULL, 71.3, 1897, now() - interval '63981 minutes'),
('call-00169', 'tenant-03', 'config-003', 'v1', 'failed', 'silence-timeout', '', NULL, 0, 1082, now() - interval '35417 minutes'),
('call-00170', 'tenant-05', 'config-041', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 148.5, 222, now() - interval '96320 minutes'),
('call-00171', 'tenant-09', 'config-045', 'v1', 'failed', 'transferred', 'Appointment scheduled, see you then.', NULL, 178.9, 1198, now() - interval '53232 minutes'),
('call-00172', 'tenant-06', 'config-030', 'v1', 'in-progress', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 180.0, 750, now() - interval '57201 minutes'),
('call-00173', 'tenant-10', 'config-034', 'v1', 'failed', 'customer-ended-call', 'Buenas tardes.', NULL, 139.5, 1553, now() - interval '112116 minutes'),
('call-00174', 'tenant-09', 'config-021', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 0, 1009, now() - interval '26464 minutes'),
('call-00175', 'tenant-08', 'config-032', 'v1', 'in-progress', NULL, NULL, NULL, 293.9, 1681, now() - interval '13524 minutes'),
('call-00176', 'tenant-11', 'config-011', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 423.5, 637, now() - interval '4252 minutes'),
('call-00177', 'tenant-02', 'config-038', 'v1', 'failed', 'transferred', 'Let me TRANSFER you.', NULL, 60.3, 1518, now() - interval '102695 minutes'),
('call-00178', 'tenant-05', 'config-005', 'v1', 'failed', 'customer-ended-call', 'No, nada, gracias.', NULL, 328.3, 406, now() - interval '10808 minutes'),
('call-00179', 'tenant-09', 'config-033', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 299.4, 716, now() - interval '73935 minutes'),
('call-00180', 'tenant-02', 'config-026', 'v1', 'completed', 'customer-ended-call', NULL, NULL, NULL, 1298, now() - interval '44217 minutes'),
('call-00181', 'tenant-12', 'config-036', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 182.8, 666, now() - interval '20312 minutes'),
('call-00182', 'tenant-10', 'config-034', 'v1', 'in-progress', 'silence-timeout', NULL, NULL, 51.0, 1516, now() - interval '4272 minutes'),
('call-00183', 'tenant-09', 'config-021', 'v1', 'failed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, 54.5, NULL, now() - interval '90504 minutes'),
('call-00184', 'tenant-07', 'config-007', 'v1', 'failed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 117.4, 497, now() - interval '103066 minutes'),
('call-00185', 'tenant-04', 'config-040', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, 63.6, 101, now() - interval '124164 minutes'),
('call-00186', 'tenant-09', 'config-009', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 106.2, 1579, now() - interval '81395 minutes'),
('call-00187', 'tenant-04', 'config-028', 'v1', 'completed', NULL, NULL, NULL, 24.8, 978, now() - interval '53013 minutes'),
('call-00188', 'tenant-07', 'config-007', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 342.7, 713, now() - interval '41897 minutes'),
('call-00189', 'tenant-10', 'config-022', 'v1', 'completed', NULL, '', NULL, 591.0, 1751, now() - interval '28749 minutes'),
('call-00190', 'tenant-04', 'config-016', 'v1', 'failed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 396.7, 1481, now() - interval '35031 minutes'),
('call-00191', 'tenant-01', 'config-037', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 525.2, 598, now() - interval '112995 minutes'),
('call-00192', 'tenant-03', 'config-027', 'v1', 'in-progress', 'customer-ended-call', '', NULL, 189.8, 957, now() - interval '4060 minutes'),
('call-00193', 'tenant-08', 'config-008', 'v1', 'completed', 'silence-timeout', NULL, NULL, 491.6, 1452, now() - interval '13071 minutes'),
('call-00194', 'tenant-09', 'config-045', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 214.6, 201, now() - interval '95947 minutes'),
('call-00195', 'tenant-10', 'config-022', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 287.1, 473, now() - interval '16009 minutes'),
('call-00196', 'tenant-01', 'config-025', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 567.9, 1182, now() - interval '51354 minutes'),
('call-00197', 'tenant-12', 'config-036', 'v1', 'in-progress', 'transferred', NULL, NULL, 177.3, 1322, now() - interval '2904 minutes'),
('call-00198', 'tenant-05', 'config-017', 'v1', 'in-progress', NULL, 'No, nada, gracias.', 'order_created', 197.1, 563, now() - interval '89763 minutes'),
('call-00199', 'tenant-02', 'config-026', 'v1', 'in-progress', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 115.2, 928, now() - interval '112422 minutes'),
('call-00200', 'tenant-02', 'config-014', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 187.9, 931, now() - interval '45243 minutes'),
('call-00201', 'tenant-09', 'config-033', 'v1', 'completed', NULL, 'Let me TRANSFER you.', 'order_created', 497.0, 1334, now() - interval '30977 minutes'),
('call-00202', 'tenant-03', 'config-027', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 0, 133, now() - interval '63217 minutes'),
('call-00203', 'tenant-03', 'config-015', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 542.2, 1720, now() - interval '34041 minutes'),
('call-00204', 'tenant-09', 'config-021', 'v1', 'failed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 240.3, 1884, now() - interval '68195 minutes'),
('call-00205', 'tenant-02', 'config-002', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, 0, 382, now() - interval '49471 minutes'),
('call-00206', 'tenant-07', 'config-031', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', NULL, NULL, 315, now() - interval '108958 minutes'),
('call-00207', 'tenant-07', 'config-019', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 503.9, 92, now() - interval '111965 minutes'),
('call-00208', 'tenant-04', 'config-028', 'v1', 'failed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, NULL, 1183, now() - interval '56601 minutes'),
('call-00209', 'tenant-11', 'config-035', 'v1', 'in-progress', NULL, 'Your reservation confirmed for two.', NULL, 7.3, 781, now() - interval '51328 minutes'),
('call-00210', 'tenant-03', 'config-003', 'v1', 'failed', 'transferred', NULL, NULL, NULL, 215, now() - interval '122256 minutes'),
('call-00211', 'tenant-01', 'config-001', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 130.0, 1432, now() - interval '93288 minutes'),
('call-00212', 'tenant-01', 'config-025', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 246.4, 569, now() - interval '37428 minutes'),
('call-00213', 'tenant-05', 'config-041', 'v1', 'in-progress', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 555.9, NULL, now() - interval '107337 minutes'),
('call-00214', 'tenant-08', 'config-020', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 546.9, 1725, now() - interval '58348 minutes'),
('call-00215', 'tenant-01', 'config-037', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 385.7, 1299, now() - interval '108301 minutes'),
('call-00216', 'tenant-11', 'config-035', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, NULL, 1541, now() - interval '22818 minutes'),
('call-00217', 'tenant-08', 'config-032', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 236.9, 1647, now() - interval '93249 minutes'),
('call-00218', 'tenant-08', 'config-044', 'v1', 'failed', 'transferred', 'Your reservation confirmed for two.', NULL, 271.7, 1285, now() - interval '109552 minutes'),
('call-00219', 'tenant-06', 'config-006', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', 'information_given', 140.5, 1721, now() - interval '127226 minutes'),
('call-00220', 'tenant-01', 'config-025', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 153.6, 283, now() - interval '78280 minutes'),
('call-00221', 'tenant-09', 'config-045', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 195.9, 1568, now() - interval '103876 minutes'),
('call-00222', 'tenant-06', 'config-030', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, NULL, 643, now() - interval '91477 minutes'),
('call-00223', 'tenant-03', 'config-027', 'v1', 'in-progress', 'transferred', 'Appointment scheduled, see you then.', NULL, 202.5, 295, now() - interval '59358 minutes'),
('call-00224', 'tenant-02', 'config-026', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 6.3, 110, now() - interval '52383 minutes'),
('call-00225', 'tenant-06', 'config-006', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 211.5, 895, now() - interval '13814 minutes'),
('call-00226', 'tenant-07', 'config-007', 'v1', 'in-progress', 'transferred', 'No, nada, gracias.', NULL, 154.4, 1272, now() - interval '104183 minutes'),
('call-00227', 'tenant-11', 'config-035', 'v1', 'failed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, NULL, 1127, now() - interval '51347 minutes'),
('call-00228', 'tenant-06', 'config-042', 'v1', 'failed', 'transferred', '', 'information_given', 382.1, 1738, now() - interval '25003 minutes'),
('call-00229', 'tenant-05', 'config-029', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 294.9, 295, now() - interval '78446 minutes'),
('call-00230', 'tenant-06', 'config-018', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 207.2, 1079, now() - interval '49654 minutes'),
('call-00231', 'tenant-07', 'config-031', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 446.2, 406, now() - interval '125657 minutes'),
('call-00232', 'tenant-01', 'config-013', 'v1', 'in-progress', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 356.3, 1909, now() - interval '92147 minutes'),
('call-00233', 'tenant-10', 'config-034', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 380.1, 361, now() - interval '50176 minutes'),
('call-00234', 'tenant-05', 'config-017', 'v1', 'completed', NULL, NULL, NULL, 358.9, 1889, now() - interval '114157 minutes'),
('call-00235', 'tenant-06', 'config-030', 'v1', 'in-progress', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 208.8, 1001, now() - interval '4743 minutes'),
('call-00236', 'tenant-10', 'config-034', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 394.5, 1622, now() - interval '75411 minutes'),
('call-00237', 'tenant-01', 'config-001', 'v1', 'failed', NULL, 'No, nada, gracias.', NULL, 590.6, 1842, now() - interval '104080 minutes'),
('call-00238', 'tenant-09', 'config-009', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 448.2, 1590, now() - interval '59358 minutes'),
('call-00239', 'tenant-02', 'config-038', 'v1', 'completed', 'silence-timeout', '', NULL, 378.8, 1342, now() - interval '26850 minutes'),
('call-00240', 'tenant-08', 'config-032', 'v1', 'in-progress', 'transferred', 'Buenas tardes.', NULL, 353.3, 185, now() - interval '107703 minutes'),
('call-00241', 'tenant-04', 'config-016', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', 'information_given', 563.1, 553, now() - interval '110100 minutes'),
('call-00242', 'tenant-05', 'config-041', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', 'order_created', 320.7, 1513, now() - interval '61469 minutes'),
('call-00243', 'tenant-08', 'config-032', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 400.0, NULL, now() - interval '22964 minutes'),
('call-00244', 'tenant-10', 'config-010', 'v1', 'in-progress', 'transferred', 'Order confirmed. Anything else?', 'information_given', 326.4, 1312, now() - interval '115030 minutes'),
('call-00245', 'tenant-10', 'config-022', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 265.0, 702, now() - interval '78047 minutes'),
('call-00246', 'tenant-02', 'config-002', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 482.3, 1723, now() - interval '123368 minutes'),
('call-00247', 'tenant-06', 'config-042', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 194.9, 1487, now() - interval '30015 minutes'),
('call-00248', 'tenant-10', 'config-022', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 0, NULL, now() - interval '97451 minutes'),
('call-00249', 'tenant-05', 'config-005', 'v1', 'failed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 155.9, 1243, now() - interval '124119 minutes'),
('call-00250', 'tenant-11', 'config-023', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 453.2, 1481, now() - interval '93418 minutes'),
('call-00251', 'tenant-05', 'config-005', 'v1', 'in-progress', NULL, 'Appointment scheduled, see you then.', NULL, 353.0, 959, now() - interval '9422 minutes'),
('call-00252', 'tenant-05', 'config-017', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 95.9, 1757, now() - interval '36758 minutes'),
('call-00253', 'tenant-01', 'config-025', 'v1', 'failed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 21.4, 475, now() - interval '15796 minutes'),
('call-00254', 'tenant-11', 'config-011', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', 'information_given', 151.5, 1437, now() - interval '98158 minutes'),
('call-00255', 'tenant-01', 'config-025', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 0, 907, now() - interval '66973 minutes'),
('call-00256', 'tenant-06', 'config-006', 'v1', 'completed', NULL, '', NULL, 270.9, 923, now() - interval '73838 minutes'),
('call-00257', 'tenant-04', 'config-004', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 175.8, 850, now() - interval '9859 minutes'),
('call-00258', 'tenant-12', 'config-024', 'v1', 'failed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 212.4, 1461, now() - interval '36145 minutes'),
('call-00259', 'tenant-03', 'config-039', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 479.7, 1602, now() - interval '62830 minutes'),
('call-00260', 'tenant-09', 'config-009', 'v1', 'failed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 306.0, 1262, now() - interval '59490 minutes'),
('call-00261', 'tenant-12', 'config-012', 'v1', 'in-progress', 'assistant-ended-call', NULL, NULL, 218.4, 1216, now() - interval '100014 minutes'),
('call-00262', 'tenant-05', 'config-041', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 384.0, 1064, now() - interval '11328 minutes'),
('call-00263', 'tenant-12', 'config-036', 'v1', 'failed', NULL, 'Your reservation confirmed for two.', NULL, 110.5, 1358, now() - interval '105978 minutes'),
('call-00264', 'tenant-07', 'config-007', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 131.2, NULL, now() - interval '37800 minutes'),
('call-00265', 'tenant-10', 'config-034', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 409.3, 977, now() - interval '99525 minutes'),
('call-00266', 'tenant-04', 'config-040', 'v1', 'in-progress', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 555.4, 1651, now() - interval '71029 minutes'),
('call-00267', 'tenant-05', 'config-041', 'v1', 'completed', 'assistant-ended-call', '', NULL, 324.5, 1429, now() - interval '54048 minutes'),
('call-00268', 'tenant-07', 'config-031', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 49.3, 711, now() - interval '98759 minutes'),
('call-00269', 'tenant-02', 'config-026', 'v1', 'in-progress', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, 0, 594, now() - interval '56310 minutes'),
('call-00270', 'tenant-06', 'config-018', 'v1', 'failed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 470.8, 198, now() - interval '40112 minutes'),
('call-00271', 'tenant-08', 'config-020', 'v1', 'completed', 'transferred', '', NULL, 566.4, 1683, now() - interval '14252 minutes'),
('call-00272', 'tenant-05', 'config-005', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 166.7, 1659, now() - interval '18450 minutes'),
('call-00273', 'tenant-03', 'config-003', 'v1', 'failed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 575.3, 1524, now() - interval '103484 minutes'),
('call-00274', 'tenant-05', 'config-041', 'v1', 'in-progress', NULL, '¿A qué hora abren?
A las nueve.', NULL, 267.2, 315, now() - interval '50132 minutes'),
('call-00275', 'tenant-04', 'config-016', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 157.0, 279, now() - interval '51246 minutes'),
('call-00276', 'tenant-05', 'config-041', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 594.9, 1178, now() - interval '129157 minutes'),
('call-00277', 'tenant-01', 'config-037', 'v1', 'completed', 'assistant-ended-call', 'Buenas tardes.', NULL, 0, 193, now() - interval '22700 minutes'),
('call-00278', 'tenant-08', 'config-044', 'v1', 'in-progress', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 361.1, 1347, now() - interval '44288 minutes'),
('call-00279', 'tenant-03', 'config-003', 'v1', 'in-progress', 'transferred', 'Order confirmed. Anything else?', NULL, 480.2, 106, now() - interval '116819 minutes'),
('call-00280', 'tenant-06', 'config-006', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 444.4, 1449, now() - interval '37376 minutes'),
('call-00281', 'tenant-02', 'config-002', 'v1', 'failed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, NULL, 347, now() - interval '2642 minutes'),
('call-00282', 'tenant-08', 'config-008', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 524.1, 1936, now() - interval '23067 minutes'),
('call-00283', 'tenant-03', 'config-003', 'v1', 'failed', NULL, NULL, NULL, 346.4, 685, now() - interval '21136 minutes'),
('call-00284', 'tenant-05', 'config-041', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 0, 1270, now() - interval '123890 minutes'),
('call-00285', 'tenant-03', 'config-027', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 304.2, 836, now() - interval '12585 minutes'),
('call-00286', 'tenant-01', 'config-025', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 202.7, 668, now() - interval '119764 minutes'),
('call-00287', 'tenant-12', 'config-036', 'v1', 'failed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 386.5, 567, now() - interval '23297 minutes'),
('call-00288', 'tenant-08', 'config-020', 'v1', 'completed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', 'information_given', 208.0, 758, now() - interval '17815 minutes'),
('call-00289', 'tenant-12', 'config-012', 'v1', 'in-progress', 'silence-timeout', '¿A qué hora abren?
A las nueve.', 'information_given', 194.0, 412, now() - interval '18491 minutes'),
('call-00290', 'tenant-11', 'config-035', 'v1', 'failed', 'transferred', 'No, nada, gracias.', NULL, 437.1, 577, now() - interval '30010 minutes'),
('call-00291', 'tenant-07', 'config-043', 'v1', 'completed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 149.7, 1788, now() - interval '9218 minutes'),
('call-00292', 'tenant-09', 'config-021', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 318.8, 1693, now() - interval '45657 minutes'),
('call-00293', 'tenant-06', 'config-030', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 153.0, 835, now() - interval '106436 minutes'),
('call-00294', 'tenant-06', 'config-018', 'v1', 'failed', 'transferred', 'No, nada, gracias.', NULL, 542.0, 911, now() - interval '59205 minutes'),
('call-00295', 'tenant-01', 'config-001', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', NULL, 321.6, 132, now() - interval '35360 minutes'),
('call-00296', 'tenant-09', 'config-033', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, 522.7, 635, now() - interval '76527 minutes'),
('call-00297', 'tenant-03', 'config-015', 'v1', 'failed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 41.6, 1221, now() - interval '124460 minutes'),
('call-00298', 'tenant-04', 'config-040', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 180.8, 938, now() - interval '120816 minutes'),
('call-00299', 'tenant-01', 'config-025', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 0, NULL, now() - interval '48614 minutes'),
('call-00300', 'tenant-04', 'config-004', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 444.9, 1369, now() - interval '3692 minutes'),
('call-00301', 'tenant-09', 'config-021', 'v1', 'in-progress', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 447.5, 876, now() - interval '15655 minutes'),
('call-00302', 'tenant-04', 'config-028', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 180.5, 419, now() - interval '15798 minutes'),
('call-00303', 'tenant-11', 'config-011', 'v1', 'completed', NULL, NULL, NULL, 74.0, 920, now() - interval '37300 minutes'),
('call-00304', 'tenant-03', 'config-039', 'v1', 'failed', 'assistant-ended-call', 'Order confirmed. Anything else?', 'information_given', NULL, 1470, now() - interval '42569 minutes'),
('call-00305', 'tenant-04', 'config-028', 'v1', 'completed', 'customer-ended-call', '', 'information_given', 29.7, 1001, now() - interval '58335 minutes'),
('call-00306', 'tenant-08', 'config-020', 'v1', 'in-progress', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 102.5, 1593, now() - interval '17388 minutes'),
('call-00307', 'tenant-10', 'config-010', 'v1', 'in-progress', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 504.5, 1039, now() - interval '63303 minutes'),
('call-00308', 'tenant-05', 'config-029', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 194.9, 759, now() - interval '50595 minutes'),
('call-00309', 'tenant-05', 'config-005', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 558.1, 1738, now() - interval '103124 minutes'),
('call-00310', 'tenant-11', 'config-035', 'v1', 'failed', NULL, NULL, NULL, 348.2, 529, now() - interval '117478 minutes'),
('call-00311', 'tenant-04', 'config-016', 'v1', 'failed', NULL, 'No, nada, gracias.', NULL, 131.7, 1263, now() - interval '91828 minutes'),
('call-00312', 'tenant-07', 'config-019', 'v1', 'in-progress', 'transferred', 'Buenas tardes.', NULL, 65.0, 1918, now() - interval '95622 minutes'),
('call-00313', 'tenant-06', 'config-030', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 69.0, 1469, now() - interval '90710 minutes'),
('call-00314', 'tenant-10', 'config-010', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 75.1, 1033, now() - interval '123347 minutes'),
('call-00315', 'tenant-06', 'config-030', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 114.2, 1861, now() - interval '12124 minutes'),
('call-00316', 'tenant-03', 'config-015', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 139.9, 1403, now() - interval '42966 minutes'),
('call-00317', 'tenant-08', 'config-008', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', 'order_created', 487.7, 1439, now() - interval '107792 minutes'),
('call-00318', 'tenant-02', 'config-038', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 59.1, 311, now() - interval '91477 minutes'),
('call-00319', 'tenant-01', 'config-025', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', 'order_created', 421.7, 1850, now() - interval '78945 minutes'),
('call-00320', 'tenant-03', 'config-027', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 310.9, 828, now() - interval '13913 minutes'),
('call-00321', 'tenant-12', 'config-036', 'v1', 'failed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 538.0, 1690, now() - interval '48574 minutes'),
('call-00322', 'tenant-06', 'config-006', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 60.7, 593, now() - interval '97735 minutes'),
('call-00323', 'tenant-01', 'config-001', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 354.5, 1922, now() - interval '78759 minutes'),
('call-00324', 'tenant-12', 'config-036', 'v1', 'failed', 'customer-ended-call', 'No, nada, gracias.', NULL, 219.8, 283, now() - interval '9144 minutes'),
('call-00325', 'tenant-11', 'config-035', 'v1', 'failed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 35.8, 234, now() - interval '1274 minutes'),
('call-00326', 'tenant-08', 'config-008', 'v1', 'in-progress', NULL, NULL, NULL, 190.3, 933, now() - interval '128649 minutes'),
('call-00327', 'tenant-03', 'config-015', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 217.0, 1480, now() - interval '16060 minutes'),
('call-00328', 'tenant-02', 'config-014', 'v1', 'failed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 274.4, 1471, now() - interval '38912 minutes'),
('call-00329', 'tenant-09', 'config-033', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', 'information_given', 487.0, 930, now() - interval '16320 minutes'),
('call-00330', 'tenant-03', 'config-015', 'v1', 'failed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 260.3, 454, now() - interval '82977 minutes'),
('call-00331', 'tenant-04', 'config-028', 'v1', 'completed', 'transferred', '', NULL, 227.1, 910, now() - interval '56329 minutes'),
('call-00332', 'tenant-04', 'config-028', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 216.4, 149, now() - interval '91934 minutes'),
('call-00333', 'tenant-05', 'config-017', 'v1', 'failed', 'assistant-ended-call', 'Buenas tardes.', 'order_created', 554.1, 798, now() - interval '20827 minutes'),
('call-00334', 'tenant-09', 'config-045', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 499.5, 1911, now() - interval '56809 minutes'),
('call-00335', 'tenant-05', 'config-029', 'v1', 'in-progress', 'customer-ended-call', '', NULL, 254.9, 801, now() - interval '46870 minutes'),
('call-00336', 'tenant-07', 'config-043', 'v1', 'failed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 64.1, 1694, now() - interval '67141 minutes'),
('call-00337', 'tenant-07', 'config-043', 'v1', 'in-progress', NULL, '', NULL, 256.1, 569, now() - interval '66003 minutes'),
('call-00338', 'tenant-05', 'config-005', 'v1', 'in-progress', NULL, 'No, nada, gracias.', NULL, 471.2, 1485, now() - interval '86033 minutes'),
('call-00339', 'tenant-04', 'config-016', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 56.5, 446, now() - interval '84758 minutes'),
('call-00340', 'tenant-04', 'config-004', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 467.8, 1690, now() - interval '66862 minutes'),
('call-00341', 'tenant-02', 'config-038', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 194.3, 326, now() - interval '19601 minutes'),
('call-00342', 'tenant-03', 'config-015', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 68.4, 1294, now() - interval '45543 minutes'),
('call-00343', 'tenant-04', 'config-004', 'v1', 'completed', 'transferred', 'Buenas tardes.', NULL, 597.2, 545, now() - interval '33365 minutes'),
('call-00344', 'tenant-04', 'config-040', 'v1', 'in-progress', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 452.1, 713, now() - interval '107170 minutes'),
('call-00345', 'tenant-11', 'config-011', 'v1', 'completed', NULL, '', NULL, 198.1, 788, now() - interval '3157 minutes'),
('call-00346', 'tenant-01', 'config-025', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 211.2, 1482, now() - interval '223 minutes'),
('call-00347', 'tenant-09', 'config-009', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 130.8, 1895, now() - interval '29785 minutes'),
('call-00348', 'tenant-12', 'config-036', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 412.4, 528, now() - interval '67847 minutes'),
('call-00349', 'tenant-11', 'config-023', 'v1', 'in-progress', NULL, '', NULL, 29.8, 604, now() - interval '22018 minutes'),
('call-00350', 'tenant-07', 'config-043', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 563.3, 1432, now() - interval '57518 minutes'),
('call-00351', 'tenant-06', 'config-006', 'v1', 'in-progress', 'transferred', 'Lo voy a transferir con una persona.', NULL, 156.4, 389, now() - interval '59223 minutes'),
('call-00352', 'tenant-03', 'config-039', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 8.3, 1184, now() - interval '65450 minutes'),
('call-00353', 'tenant-12', 'config-012', 'v1', 'in-progress', 'transferred', '¿A qué hora abren?
A las nueve.', 'information_given', 395.7, 1952, now() - interval '45449 minutes'),
('call-00354', 'tenant-09', 'config-009', 'v1', 'completed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, 138.6, 1585, now() - interval '20079 minutes'),
('call-00355', 'tenant-09', 'config-009', 'v1', 'failed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 264.2, 930, now() - interval '25543 minutes'),
('call-00356', 'tenant-01', 'config-001', 'v1', 'completed', NULL, '', NULL, 54.9, 1692, now() - interval '53930 minutes'),
('call-00357', 'tenant-10', 'config-034', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 234.7, 1042, now() - interval '59759 minutes'),
('call-00358', 'tenant-07', 'config-031', 'v1', 'in-progress', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 27.8, 1339, now() - interval '84193 minutes'),
('call-00359', 'tenant-05', 'config-029', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 111.9, 1095, now() - interval '47566 minutes'),
('call-00360', 'tenant-02', 'config-038', 'v1', 'in-progress', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 33.1, 1249, now() - interval '36738 minutes'),
('call-00361', 'tenant-08', 'config-032', 'v1', 'failed', 'transferred', '', NULL, 278.0, 567, now() - interval '81991 minutes'),
('call-00362', 'tenant-03', 'config-027', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 32.7, 1470, now() - interval '36484 minutes'),
('call-00363', 'tenant-02', 'config-038', 'v1', 'failed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 499.5, 362, now() - interval '100771 minutes'),
('call-00364', 'tenant-07', 'config-043', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 482.2, 874, now() - interval '106770 minutes'),
('call-00365', 'tenant-04', 'config-028', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 349.3, 515, now() - interval '127849 minutes'),
('call-00366', 'tenant-03', 'config-027', 'v1', 'failed', 'transferred', 'Order confirmed. Anything else?', NULL, 0, 629, now() - interval '18558 minutes'),
('call-00367', 'tenant-04', 'config-028', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 181.5, 312, now() - interval '91392 minutes'),
('call-00368', 'tenant-07', 'config-043', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 395.3, 359, now() - interval '12802 minutes'),
('call-00369', 'tenant-08', 'config-044', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 352.9, 1185, now() - interval '12333 minutes'),
('call-00370', 'tenant-12', 'config-036', 'v1', 'in-progress', 'silence-timeout', 'No, nada, gracias.', NULL, NULL, 204, now() - interval '100210 minutes'),
('call-00371', 'tenant-06', 'config-018', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 273.9, 1893, now() - interval '74424 minutes'),
('call-00372', 'tenant-05', 'config-017', 'v1', 'in-progress', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 260.1, 792, now() - interval '84580 minutes'),
('call-00373', 'tenant-04', 'config-028', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 36.3, 1299, now() - interval '92275 minutes'),
('call-00374', 'tenant-09', 'config-033', 'v1', 'in-progress', NULL, '¿A qué hora abren?
A las nueve.', 'order_created', 421.7, 960, now() - interval '20476 minutes'),
('call-00375', 'tenant-04', 'config-040', 'v1', 'failed', 'transferred', 'Buenas tardes.', NULL, 2.1, 763, now() - interval '129413 minutes'),
('call-00376', 'tenant-06', 'config-042', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 236.9, NULL, now() - interval '86232 minutes'),
('call-00377', 'tenant-04', 'config-028', 'v1', 'in-progress', 'transferred', 'Lo voy a transferir con una persona.', 'information_given', 434.3, 200, now() - interval '84588 minutes'),
('call-00378', 'tenant-01', 'config-013', 'v1', 'failed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 5.3, 791, now() - interval '64811 minutes'),
('call-00379', 'tenant-06', 'config-042', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 31.1, 1910, now() - interval '40531 minutes'),
('call-00380', 'tenant-10', 'config-010', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 0, 1229, now() - interval '71162 minutes'),
('call-00381', 'tenant-07', 'config-019', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 320.7, 474, now() - interval '24978 minutes'),
('call-00382', 'tenant-01', 'config-013', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 519.4, 1403, now() - interval '127501 minutes'),
('call-00383', 'tenant-08', 'config-044', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 394.0, 205, now() - interval '11615 minutes'),
('call-00384', 'tenant-08', 'config-044', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 302.4, 490, now() - interval '13099 minutes'),
('call-00385', 'tenant-07', 'config-007', 'v1', 'in-progress', 'silence-timeout', NULL, NULL, 111.9, 880, now() - interval '29585 minutes'),
('call-00386', 'tenant-02', 'config-038', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', 'information_given', 502.9, 1140, now() - interval '76924 minutes'),
('call-00387', 'tenant-05', 'config-005', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, NULL, 1524, now() - interval '47687 minutes'),
('call-00388', 'tenant-01', 'config-001', 'v1', 'in-progress', 'assistant-ended-call', NULL, NULL, 232.4, 219, now() - interval '98430 minutes'),
('call-00389', 'tenant-01', 'config-013', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 15.5, 81, now() - interval '125476 minutes'),
('call-00390', 'tenant-09', 'config-045', 'v1', 'in-progress', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 391.4, 1975, now() - interval '87396 minutes'),
('call-00391', 'tenant-05', 'config-005', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 69.4, 281, now() - interval '78534 minutes'),
('call-00392', 'tenant-07', 'config-007', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 263.0, 1888, now() - interval '6974 minutes'),
('call-00393', 'tenant-05', 'config-041', 'v1', 'in-progress', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 575.6, 1278, now() - interval '108221 minutes'),
('call-00394', 'tenant-11', 'config-023', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 422.8, 742, now() - interval '68872 minutes'),
('call-00395', 'tenant-08', 'config-020', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 594.1, 1256, now() - interval '46570 minutes'),
('call-00396', 'tenant-05', 'config-041', 'v1', 'failed', NULL, '', NULL, 108.3, 1356, now() - interval '118286 minutes'),
('call-00397', 'tenant-06', 'config-030', 'v1', 'failed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 118.2, 265, now() - interval '39990 minutes'),
('call-00398', 'tenant-11', 'config-011', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 84.0, 1299, now() - interval '6732 minutes'),
('call-00399', 'tenant-05', 'config-041', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 122.5, 316, now() - interval '78355 minutes'),
('call-00400', 'tenant-07', 'config-007', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 359.5, 847, now() - interval '21507 minutes'),
('call-00401', 'tenant-02', 'config-002', 'v1', 'failed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 444.2, 1454, now() - interval '65351 minutes'),
('call-00402', 'tenant-04', 'config-040', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 0, 485, now() - interval '127940 minutes'),
('call-00403', 'tenant-08', 'config-032', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 303.9, 1738, now() - interval '104156 minutes'),
('call-00404', 'tenant-09', 'config-009', 'v1', 'completed', NULL, NULL, NULL, 381.8, 1660, now() - interval '91954 minutes'),
('call-00405', 'tenant-04', 'config-016', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 490.2, 1537, now() - interval '8262 minutes'),
('call-00406', 'tenant-09', 'config-033', 'v1', 'in-progress', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 488.7, NULL, now() - interval '78542 minutes'),
('call-00407', 'tenant-02', 'config-014', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 371.9, NULL, now() - interval '16911 minutes'),
('call-00408', 'tenant-02', 'config-014', 'v1', 'failed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 310.0, 131, now() - interval '37857 minutes'),
('call-00409', 'tenant-09', 'config-009', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 353.1, 1158, now() - interval '93662 minutes'),
('call-00410', 'tenant-12', 'config-036', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 153.0, 1182, now() - interval '6581 minutes'),
('call-00411', 'tenant-08', 'config-044', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 0, 214, now() - interval '1732 minutes'),
('call-00412', 'tenant-03', 'config-027', 'v1', 'completed', 'transferred', NULL, NULL, 0, 241, now() - interval '40132 minutes'),
('call-00413', 'tenant-06', 'config-042', 'v1', 'completed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 498.3, 152, now() - interval '96149 minutes'),
('call-00414', 'tenant-09', 'config-045', 'v1', 'completed', NULL, '', NULL, 136.2, 1735, now() - interval '14338 minutes'),
('call-00415', 'tenant-08', 'config-044', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 186.8, 330, now() - interval '42401 minutes'),
('call-00416', 'tenant-05', 'config-005', 'v1', 'in-progress', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 519.7, 1510, now() - interval '16806 minutes'),
('call-00417', 'tenant-01', 'config-025', 'v1', 'failed', NULL, 'Order confirmed. Anything else?', NULL, 93.4, 1100, now() - interval '82716 minutes'),
('call-00418', 'tenant-01', 'config-025', 'v1', 'in-progress', 'customer-ended-call', NULL, NULL, 463.1, 513, now() - interval '86454 minutes'),
('call-00419', 'tenant-02', 'config-026', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 477.3, 1708, now() - interval '4205 minutes'),
('call-00420', 'tenant-05', 'config-029', 'v1', 'in-progress', 'transferred', 'Your reservation confirmed for two.', NULL, 432.1, 1309, now() - interval '37941 minutes'),
('call-00421', 'tenant-08', 'config-032', 'v1', 'in-progress', 'assistant-ended-call', NULL, NULL, 195.6, 581, now() - interval '20445 minutes'),
('call-00422', 'tenant-10', 'config-010', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', 'information_given', 103.3, NULL, now() - interval '49142 minutes'),
('call-00423', 'tenant-01', 'config-025', 'v1', 'completed', 'assistant-ended-call', '', NULL, 431.4, 203, now() - interval '61596 minutes'),
('call-00424', 'tenant-09', 'config-021', 'v1', 'completed', 'silence-timeout', 'Buenas tardes.', NULL, 565.5, 1527, now() - interval '114137 minutes'),
('call-00425', 'tenant-05', 'config-017', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 85.7, 1752, now() - interval '52576 minutes'),
('call-00426', 'tenant-12', 'config-036', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 68.3, 1466, now() - interval '29983 minutes'),
('call-00427', 'tenant-01', 'config-037', 'v1', 'in-progress', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 528.2, 934, now() - interval '87601 minutes'),
('call-00428', 'tenant-06', 'config-042', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 79.1, 1131, now() - interval '87475 minutes'),
('call-00429', 'tenant-10', 'config-022', 'v1', 'completed', NULL, '', NULL, 83.3, 1223, now() - interval '65426 minutes'),
('call-00430', 'tenant-02', 'config-014', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', 'order_created', 461.6, 1827, now() - interval '39393 minutes'),
('call-00431', 'tenant-05', 'config-005', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 379.1, 472, now() - interval '63490 minutes'),
('call-00432', 'tenant-07', 'config-031', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 476.4, 581, now() - interval '83627 minutes'),
('call-00433', 'tenant-04', 'config-028', 'v1', 'completed', 'silence-timeout', '', NULL, NULL, 1719, now() - interval '88762 minutes'),
('call-00434', 'tenant-07', 'config-043', 'v1', 'in-progress', 'transferred', 'Your reservation confirmed for two.', 'information_given', 0, 457, now() - interval '7426 minutes'),
('call-00435', 'tenant-06', 'config-030', 'v1', 'failed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 0, 1278, now() - interval '65466 minutes'),
('call-00436', 'tenant-07', 'config-019', 'v1', 'failed', NULL, 'No, nada, gracias.', NULL, 450.0, 1142, now() - interval '58537 minutes'),
('call-00437', 'tenant-01', 'config-013', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 109.5, 1834, now() - interval '65794 minutes'),
('call-00438', 'tenant-08', 'config-020', 'v1', 'failed', NULL, 'No, nada, gracias.', NULL, 356.4, 932, now() - interval '95597 minutes'),
('call-00439', 'tenant-07', 'config-019', 'v1', 'in-progress', NULL, 'No, nada, gracias.', NULL, 119.7, 1386, now() - interval '95513 minutes'),
('call-00440', 'tenant-06', 'config-030', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 580.4, 973, now() - interval '21178 minutes'),
('call-00441', 'tenant-11', 'config-011', 'v1', 'failed', 'transferred', 'No, nada, gracias.', NULL, 566.9, 1486, now() - interval '26176 minutes'),
('call-00442', 'tenant-03', 'config-003', 'v1', 'completed', 'transferred', NULL, NULL, 321.7, 1907, now() - interval '106159 minutes'),
('call-00443', 'tenant-05', 'config-017', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 181.6, 1264, now() - interval '15102 minutes'),
('call-00444', 'tenant-02', 'config-026', 'v1', 'failed', NULL, 'Buenas tardes.', NULL, 400.3, 133, now() - interval '34203 minutes'),
('call-00445', 'tenant-04', 'config-028', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 426.8, 784, now() - interval '44171 minutes'),
('call-00446', 'tenant-06', 'config-018', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 20.4, 1360, now() - interval '33716 minutes'),
('call-00447', 'tenant-10', 'config-034', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', NULL, 511.8, 928, now() - interval '34913 minutes'),
('call-00448', 'tenant-09', 'config-033', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 262.2, 735, now() - interval '106032 minutes'),
('call-00449', 'tenant-12', 'config-024', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', 'information_given', 238.4, 1962, now() - interval '65389 minutes'),
('call-00450', 'tenant-06', 'config-006', 'v1', 'in-progress', 'silence-timeout', 'No, nada, gracias.', NULL, 0, 1078, now() - interval '78058 minutes'),
('call-00451', 'tenant-03', 'config-039', 'v1', 'in-progress', 'transferred', 'Lo voy a transferir con una persona.', NULL, 485.0, 972, now() - interval '107804 minutes'),
('call-00452', 'tenant-04', 'config-016', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 468.6, 668, now() - interval '117527 minutes'),
('call-00453', 'tenant-07', 'config-019', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', 'information_given', 524.7, 1301, now() - interval '22254 minutes'),
('call-00454', 'tenant-09', 'config-045', 'v1', 'failed', NULL, '', NULL, 0, 740, now() - interval '117260 minutes'),
('call-00455', 'tenant-11', 'config-023', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 554.3, 1672, now() - interval '124422 minutes'),
('call-00456', 'tenant-07', 'config-043', 'v1', 'failed', NULL, NULL, NULL, 499.6, 112, now() - interval '125590 minutes'),
('call-00457', 'tenant-09', 'config-033', 'v1', 'in-progress', 'silence-timeout', 'Let me TRANSFER you.', NULL, 87.4, 179, now() - interval '88244 minutes'),
('call-00458', 'tenant-10', 'config-022', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 69.7, 763, now() - interval '53530 minutes'),
('call-00459', 'tenant-02', 'config-002', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 346.7, 1358, now() - interval '122539 minutes'),
('call-00460', 'tenant-11', 'config-011', 'v1', 'failed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 596.4, 998, now() - interval '112778 minutes'),
('call-00461', 'tenant-06', 'config-006', 'v1', 'failed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, NULL, 1466, now() - interval '52717 minutes'),
('call-00462', 'tenant-01', 'config-013', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 573.9, 201, now() - interval '89614 minutes'),
('call-00463', 'tenant-04', 'config-016', 'v1', 'in-progress', NULL, NULL, NULL, 167.9, 273, now() - interval '89401 minutes'),
('call-00464', 'tenant-07', 'config-019', 'v1', 'completed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 303.3, 1122, now() - interval '128124 minutes'),
('call-00465', 'tenant-03', 'config-003', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 72.8, 1672, now() - interval '6990 minutes'),
('call-00466', 'tenant-06', 'config-030', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 438.6, 728, now() - interval '12185 minutes'),
('call-00467', 'tenant-07', 'config-007', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 532.3, 1299, now() - interval '23064 minutes'),
('call-00468', 'tenant-10', 'config-034', 'v1', 'in-progress', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 462.2, 1484, now() - interval '91092 minutes'),
('call-00469', 'tenant-05', 'config-029', 'v1', 'failed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 0, 699, now() - interval '99783 minutes'),
('call-00470', 'tenant-08', 'config-044', 'v1', 'in-progress', NULL, 'Let me TRANSFER you.', NULL, 574.3, 1154, now() - interval '62262 minutes'),
('call-00471', 'tenant-04', 'config-004', 'v1', 'in-progress', NULL, 'Buenas tardes.', NULL, 562.9, 89, now() - interval '77235 minutes'),
('call-00472', 'tenant-05', 'config-017', 'v1', 'failed', 'customer-ended-call', '', NULL, 77.7, 1440, now() - interval '105124 minutes'),
('call-00473', 'tenant-08', 'config-020', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, NULL, 1680, now() - interval '519 minutes'),
('call-00474', 'tenant-06', 'config-006', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, NULL, 1845, now() - interval '40306 minutes'),
('call-00475', 'tenant-06', 'config-006', 'v1', 'failed', 'silence-timeout', 'Buenas tardes.', NULL, 210.1, 240, now() - interval '68282 minutes'),
('call-00476', 'tenant-10', 'config-022', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 429.7, 725, now() - interval '124828 minutes'),
('call-00477', 'tenant-02', 'config-038', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 281.2, 158, now() - interval '124864 minutes'),
('call-00478', 'tenant-02', 'config-014', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 444.1, 228, now() - interval '28681 minutes'),
('call-00479', 'tenant-05', 'config-017', 'v1', 'completed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 279.5, NULL, now() - interval '90434 minutes'),
('call-00480', 'tenant-05', 'config-017', 'v1', 'failed', 'customer-ended-call', '', NULL, 377.4, 822, now() - interval '32123 minutes'),
('call-00481', 'tenant-05', 'config-005', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, NULL, 1921, now() - interval '20257 minutes'),
('call-00482', 'tenant-06', 'config-006', 'v1', 'in-progress', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 374.1, 1637, now() - interval '63500 minutes'),
('call-00483', 'tenant-12', 'config-036', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 164.0, 1323, now() - interval '118161 minutes'),
('call-00484', 'tenant-05', 'config-017', 'v1', 'in-progress', NULL, 'Appointment scheduled, see you then.', NULL, 103.1, 1841, now() - interval '114209 minutes'),
('call-00485', 'tenant-01', 'config-001', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 558.5, 1711, now() - interval '21365 minutes'),
('call-00486', 'tenant-11', 'config-035', 'v1', 'completed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, 498.0, 381, now() - interval '87427 minutes'),
('call-00487', 'tenant-05', 'config-041', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 375.3, 683, now() - interval '58503 minutes'),
('call-00488', 'tenant-07', 'config-031', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 392.6, 1212, now() - interval '37175 minutes'),
('call-00489', 'tenant-08', 'config-032', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 387.9, 249, now() - interval '52691 minutes'),
('call-00490', 'tenant-01', 'config-001', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 350.4, 531, now() - interval '23663 minutes'),
('call-00491', 'tenant-10', 'config-010', 'v1', 'failed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 471.9, 783, now() - interval '67107 minutes'),
('call-00492', 'tenant-08', 'config-008', 'v1', 'failed', NULL, NULL, NULL, 7.9, 712, now() - interval '82705 minutes'),
('call-00493', 'tenant-12', 'config-024', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, NULL, 298, now() - interval '52766 minutes'),
('call-00494', 'tenant-02', 'config-014', 'v1', 'failed', 'silence-timeout', 'No, nada, gracias.', NULL, 537.2, 453, now() - interval '45254 minutes'),
('call-00495', 'tenant-06', 'config-018', 'v1', 'completed', 'transferred', 'Buenas tardes.', NULL, 402.7, 138, now() - interval '120917 minutes'),
('call-00496', 'tenant-07', 'config-043', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', NULL, 324.1, 708, now() - interval '113649 minutes'),
('call-00497', 'tenant-08', 'config-044', 'v1', 'completed', 'customer-ended-call', '', NULL, 0, 409, now() - interval '88731 minutes'),
('call-00498', 'tenant-07', 'config-007', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 539.7, 374, now() - interval '35113 minutes'),
('call-00499', 'tenant-12', 'config-012', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', 'information_given', 181.0, 682, now() - interval '22701 minutes'),
('call-00500', 'tenant-08', 'config-008', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 82.7, 766, now() - interval '59777 minutes'),
('call-00501', 'tenant-12', 'config-012', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, NULL, 1483, now() - interval '77655 minutes'),
('call-00502', 'tenant-11', 'config-023', 'v1', 'completed', NULL, '¿A qué hora abren?
A las nueve.', 'information_given', 284.5, 363, now() - interval '6219 minutes'),
('call-00503', 'tenant-12', 'config-012', 'v1', 'in-progress', 'silence-timeout', NULL, NULL, 2.6, 158, now() - interval '111668 minutes'),
('call-00504', 'tenant-06', 'config-042', 'v1', 'failed', 'silence-timeout', '', 'information_given', 437.3, 1790, now() - interval '6060 minutes'),
('call-00505', 'tenant-07', 'config-031', 'v1', 'in-progress', 'transferred', 'Appointment scheduled, see you then.', NULL, 593.0, 367, now() - interval '23465 minutes'),
('call-00506', 'tenant-08', 'config-044', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 352.5, 1594, now() - interval '37122 minutes'),
('call-00507', 'tenant-01', 'config-001', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 0, 1817, now() - interval '69316 minutes'),
('call-00508', 'tenant-07', 'config-019', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', 'information_given', 383.7, 709, now() - interval '77370 minutes'),
('call-00509', 'tenant-05', 'config-017', 'v1', 'failed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 131.9, 425, now() - interval '71959 minutes'),
('call-00510', 'tenant-04', 'config-004', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 449.8, 1086, now() - interval '49556 minutes'),
('call-00511', 'tenant-02', 'config-002', 'v1', 'failed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 57.1, 338, now() - interval '68704 minutes'),
('call-00512', 'tenant-02', 'config-002', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', 'order_created', 578.1, 1960, now() - interval '59367 minutes'),
('call-00513', 'tenant-02', 'config-038', 'v1', 'failed', 'transferred', 'No, nada, gracias.', NULL, 135.1, 894, now() - interval '63452 minutes'),
('call-00514', 'tenant-07', 'config-043', 'v1', 'failed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 123.6, 1559, now() - interval '117129 minutes'),
('call-00515', 'tenant-12', 'config-024', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 112.8, 1071, now() - interval '41058 minutes'),
('call-00516', 'tenant-06', 'config-030', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 267.1, 1197, now() - interval '48967 minutes'),
('call-00517', 'tenant-07', 'config-019', 'v1', 'in-progress', 'silence-timeout', 'Buenas tardes.', NULL, 243.3, 1835, now() - interval '122820 minutes'),
('call-00518', 'tenant-12', 'config-012', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 41.5, 314, now() - interval '117094 minutes'),
('call-00519', 'tenant-12', 'config-024', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 350.6, 250, now() - interval '61832 minutes'),
('call-00520', 'tenant-04', 'config-028', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 278.1, 1706, now() - interval '92000 minutes'),
('call-00521', 'tenant-07', 'config-007', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 309.5, NULL, now() - interval '19812 minutes'),
('call-00522', 'tenant-04', 'config-040', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', 'information_given', 56.5, 1394, now() - interval '70393 minutes'),
('call-00523', 'tenant-01', 'config-025', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 415.1, 1864, now() - interval '101230 minutes'),
('call-00524', 'tenant-01', 'config-013', 'v1', 'failed', 'silence-timeout', '', NULL, 133.8, 1536, now() - interval '79986 minutes'),
('call-00525', 'tenant-06', 'config-018', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 257.9, NULL, now() - interval '78973 minutes'),
('call-00526', 'tenant-11', 'config-023', 'v1', 'failed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', 'order_created', 215.0, 823, now() - interval '78618 minutes'),
('call-00527', 'tenant-03', 'config-003', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 125.9, 711, now() - interval '92904 minutes'),
('call-00528', 'tenant-04', 'config-016', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 290.6, 1243, now() - interval '117346 minutes'),
('call-00529', 'tenant-04', 'config-028', 'v1', 'in-progress', 'customer-ended-call', 'No, nada, gracias.', NULL, 223.6, 1494, now() - interval '116285 minutes'),
('call-00530', 'tenant-08', 'config-020', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 557.6, 1049, now() - interval '101189 minutes'),
('call-00531', 'tenant-06', 'config-042', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 507.0, 1165, now() - interval '101881 minutes'),
('call-00532', 'tenant-05', 'config-041', 'v1', 'in-progress', NULL, 'Lo voy a transferir con una persona.', NULL, 443.6, 898, now() - interval '114116 minutes'),
('call-00533', 'tenant-05', 'config-029', 'v1', 'completed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 52.6, 102, now() - interval '84460 minutes'),
('call-00534', 'tenant-06', 'config-042', 'v1', 'in-progress', 'assistant-ended-call', 'No, nada, gracias.', NULL, 0, 531, now() - interval '5234 minutes'),
('call-00535', 'tenant-01', 'config-013', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 516.2, 398, now() - interval '22897 minutes'),
('call-00536', 'tenant-09', 'config-009', 'v1', 'in-progress', 'silence-timeout', 'Lo voy a transferir con una persona.', 'order_created', 80.9, 1138, now() - interval '89714 minutes'),
('call-00537', 'tenant-08', 'config-008', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 0, 490, now() - interval '74749 minutes'),
('call-00538', 'tenant-05', 'config-017', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 366.4, 1746, now() - interval '2736 minutes'),
('call-00539', 'tenant-09', 'config-021', 'v1', 'in-progress', 'transferred', NULL, NULL, 0, 1433, now() - interval '9357 minutes'),
('call-00540', 'tenant-01', 'config-013', 'v1', 'in-progress', 'transferred', '', NULL, 0, 806, now() - interval '76237 minutes'),
('call-00541', 'tenant-08', 'config-032', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 167.1, 315, now() - interval '5163 minutes'),
('call-00542', 'tenant-06', 'config-042', 'v1', 'in-progress', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 225.3, NULL, now() - interval '122216 minutes'),
('call-00543', 'tenant-02', 'config-026', 'v1', 'in-progress', 'silence-timeout', NULL, 'information_given', 370.1, 571, now() - interval '47071 minutes'),
('call-00544', 'tenant-01', 'config-037', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 380.9, 304, now() - interval '48016 minutes'),
('call-00545', 'tenant-05', 'config-017', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 190.7, 1084, now() - interval '41776 minutes'),
('call-00546', 'tenant-09', 'config-033', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 176.1, 399, now() - interval '113319 minutes'),
('call-00547', 'tenant-08', 'config-020', 'v1', 'failed', 'silence-timeout', 'Buenas tardes.', NULL, 0, 793, now() - interval '13265 minutes'),
('call-00548', 'tenant-07', 'config-007', 'v1', 'completed', 'silence-timeout', '', NULL, NULL, 1023, now() - interval '32965 minutes'),
('call-00549', 'tenant-09', 'config-009', 'v1', 'in-progress', 'transferred', 'Let me TRANSFER you.', NULL, 155.3, 1413, now() - interval '11086 minutes'),
('call-00550', 'tenant-08', 'config-020', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 592.7, 1409, now() - interval '106968 minutes'),
('call-00551', 'tenant-06', 'config-042', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 201.8, 1913, now() - interval '12213 minutes'),
('call-00552', 'tenant-02', 'config-014', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 135.4, 1371, now() - interval '125481 minutes'),
('call-00553', 'tenant-05', 'config-029', 'v1', 'completed', 'assistant-ended-call', '', NULL, 555.4, 1226, now() - interval '28239 minutes'),
('call-00554', 'tenant-10', 'config-010', 'v1', 'failed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 309.1, 257, now() - interval '38450 minutes'),
('call-00555', 'tenant-09', 'config-009', 'v1', 'in-progress', 'customer-ended-call', NULL, NULL, 331.1, 790, now() - interval '95608 minutes'),
('call-00556', 'tenant-01', 'config-037', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 499.5, 1350, now() - interval '36470 minutes'),
('call-00557', 'tenant-08', 'config-020', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', NULL, 33.3, 1200, now() - interval '113365 minutes'),
('call-00558', 'tenant-06', 'config-042', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 354.3, 134, now() - interval '50098 minutes'),
('call-00559', 'tenant-06', 'config-006', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', 'information_given', 599.4, 872, now() - interval '59952 minutes'),
('call-00560', 'tenant-02', 'config-026', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 367.7, 1495, now() - interval '76645 minutes'),
('call-00561', 'tenant-04', 'config-028', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 45.6, 1650, now() - interval '73326 minutes'),
('call-00562', 'tenant-09', 'config-009', 'v1', 'in-progress', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 307.4, 776, now() - interval '88329 minutes'),
('call-00563', 'tenant-09', 'config-009', 'v1', 'completed', 'transferred', 'Buenas tardes.', NULL, 0, 1613, now() - interval '91978 minutes'),
('call-00564', 'tenant-07', 'config-007', 'v1', 'failed', 'transferred', NULL, NULL, 120.4, 618, now() - interval '25092 minutes'),
('call-00565', 'tenant-01', 'config-037', 'v1', 'failed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 131.1, 777, now() - interval '28633 minutes'),
('call-00566', 'tenant-12', 'config-036', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 80.8, 1613, now() - interval '72220 minutes'),
('call-00567', 'tenant-12', 'config-036', 'v1', 'completed', 'assistant-ended-call', 'Buenas tardes.', NULL, 23.2, 919, now() - interval '110564 minutes'),
('call-00568', 'tenant-05', 'config-017', 'v1', 'in-progress', NULL, 'Lo voy a transferir con una persona.', NULL, 568.0, 1461, now() - interval '88483 minutes'),
('call-00569', 'tenant-11', 'config-035', 'v1', 'completed', 'customer-ended-call', '', NULL, 440.5, 752, now() - interval '37350 minutes'),
('call-00570', 'tenant-02', 'config-026', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 240.0, 1587, now() - interval '100647 minutes'),
('call-00571', 'tenant-04', 'config-040', 'v1', 'completed', 'transferred', '', NULL, 83.7, 1573, now() - interval '119372 minutes'),
('call-00572', 'tenant-02', 'config-026', 'v1', 'completed', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 495.9, 1077, now() - interval '114682 minutes'),
('call-00573', 'tenant-03', 'config-015', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 447.4, 1252, now() - interval '94923 minutes'),
('call-00574', 'tenant-01', 'config-001', 'v1', 'failed', 'silence-timeout', '', NULL, 0, 1375, now() - interval '17542 minutes'),
('call-00575', 'tenant-02', 'config-038', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 67.5, 192, now() - interval '91447 minutes'),
('call-00576', 'tenant-05', 'config-017', 'v1', 'failed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 182.7, 1389, now() - interval '42876 minutes'),
('call-00577', 'tenant-05', 'config-005', 'v1', 'in-progress', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 364.6, 1722, now() - interval '103843 minutes'),
('call-00578', 'tenant-11', 'config-035', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', 'information_given', 13.9, 1442, now() - interval '76247 minutes'),
('call-00579', 'tenant-12', 'config-024', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 281.1, 1818, now() - interval '98222 minutes'),
('call-00580', 'tenant-07', 'config-031', 'v1', 'in-progress', 'transferred', 'Lo voy a transferir con una persona.', NULL, 0, 1369, now() - interval '59505 minutes'),
('call-00581', 'tenant-05', 'config-005', 'v1', 'in-progress', NULL, 'Buenas tardes.', NULL, 511.7, 1109, now() - interval '121407 minutes'),
('call-00582', 'tenant-05', 'config-005', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 375.2, 1146, now() - interval '118262 minutes'),
('call-00583', 'tenant-01', 'config-001', 'v1', 'completed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 467.3, 1365, now() - interval '25318 minutes'),
('call-00584', 'tenant-05', 'config-005', 'v1', 'completed', 'transferred', NULL, NULL, 331.8, 1665, now() - interval '12786 minutes'),
('call-00585', 'tenant-11', 'config-035', 'v1', 'failed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', 'order_created', 73.4, 1311, now() - interval '88899 minutes'),
('call-00586', 'tenant-10', 'config-034', 'v1', 'in-progress', 'assistant-ended-call', 'Let me TRANSFER you.', 'information_given', 461.7, 873, now() - interval '127552 minutes'),
('call-00587', 'tenant-11', 'config-011', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 130.3, 169, now() - interval '45979 minutes'),
('call-00588', 'tenant-09', 'config-033', 'v1', 'in-progress', 'transferred', 'Your reservation confirmed for two.', NULL, 290.4, 376, now() - interval '20607 minutes'),
('call-00589', 'tenant-07', 'config-031', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 256.1, 169, now() - interval '97171 minutes'),
('call-00590', 'tenant-07', 'config-043', 'v1', 'in-progress', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 141.7, 1779, now() - interval '97208 minutes'),
('call-00591', 'tenant-04', 'config-016', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 346.7, 823, now() - interval '93575 minutes'),
('call-00592', 'tenant-11', 'config-011', 'v1', 'failed', 'customer-ended-call', '', NULL, NULL, 1159, now() - interval '117685 minutes'),
('call-00593', 'tenant-05', 'config-041', 'v1', 'failed', 'assistant-ended-call', 'Buenas tardes.', NULL, 513.2, 1841, now() - interval '107416 minutes'),
('call-00594', 'tenant-08', 'config-020', 'v1', 'completed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 315.3, 221, now() - interval '97285 minutes'),
('call-00595', 'tenant-06', 'config-018', 'v1', 'in-progress', NULL, 'Your reservation confirmed for two.', NULL, 446.3, 966, now() - interval '35617 minutes'),
('call-00596', 'tenant-08', 'config-020', 'v1', 'in-progress', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 50.3, 1697, now() - interval '52967 minutes'),
('call-00597', 'tenant-11', 'config-011', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 258.1, 741, now() - interval '101462 minutes'),
('call-00598', 'tenant-07', 'config-031', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 243.9, 650, now() - interval '126917 minutes'),
('call-00599', 'tenant-05', 'config-041', 'v1', 'failed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 421.3, 1793, now() - interval '30628 minutes'),
('call-00600', 'tenant-02', 'config-038', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 6.5, 425, now() - interval '23210 minutes'),
('call-00601', 'tenant-08', 'config-008', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 152.5, 987, now() - interval '6478 minutes'),
('call-00602', 'tenant-05', 'config-005', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 0, 1621, now() - interval '10232 minutes'),
('call-00603', 'tenant-09', 'config-009', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 508.2, 691, now() - interval '69594 minutes'),
('call-00604', 'tenant-10', 'config-022', 'v1', 'completed', NULL, '', NULL, 298.1, 1611, now() - interval '109444 minutes'),
('call-00605', 'tenant-05', 'config-029', 'v1', 'completed', 'transferred', '', NULL, 0, 1448, now() - interval '98379 minutes'),
('call-00606', 'tenant-04', 'config-028', 'v1', 'completed', 'assistant-ended-call', NULL, 'order_created', 99.1, 165, now() - interval '80185 minutes'),
('call-00607', 'tenant-07', 'config-019', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 460.2, 840, now() - interval '76044 minutes'),
('call-00608', 'tenant-03', 'config-003', 'v1', 'failed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 75.9, 1190, now() - interval '49219 minutes'),
('call-00609', 'tenant-05', 'config-017', 'v1', 'failed', 'customer-ended-call', 'No, nada, gracias.', 'order_created', 263.2, 1620, now() - interval '123225 minutes'),
('call-00610', 'tenant-06', 'config-030', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 500.1, 957, now() - interval '108597 minutes'),
('call-00611', 'tenant-12', 'config-036', 'v1', 'in-progress', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 213.6, 470, now() - interval '107367 minutes'),
('call-00612', 'tenant-04', 'config-028', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 542.5, 282, now() - interval '54290 minutes'),
('call-00613', 'tenant-02', 'config-038', 'v1', 'completed', 'assistant-ended-call', '', NULL, 565.6, 258, now() - interval '69338 minutes'),
('call-00614', 'tenant-11', 'config-023', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 384.7, 309, now() - interval '77946 minutes'),
('call-00615', 'tenant-09', 'config-045', 'v1', 'failed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 351.1, 599, now() - interval '28788 minutes'),
('call-00616', 'tenant-05', 'config-017', 'v1', 'in-progress', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 197.9, NULL, now() - interval '55132 minutes'),
('call-00617', 'tenant-04', 'config-016', 'v1', 'completed', NULL, 'Let me TRANSFER you.', 'information_given', 0, 1780, now() - interval '38357 minutes'),
('call-00618', 'tenant-02', 'config-038', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 150.7, 727, now() - interval '88457 minutes'),
('call-00619', 'tenant-11', 'config-035', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, NULL, 666, now() - interval '128056 minutes'),
('call-00620', 'tenant-03', 'config-003', 'v1', 'in-progress', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 490.4, 443, now() - interval '102962 minutes'),
('call-00621', 'tenant-02', 'config-026', 'v1', 'failed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 10.1, 780, now() - interval '47764 minutes'),
('call-00622', 'tenant-09', 'config-033', 'v1', 'in-progress', 'transferred', 'Buenas tardes.', NULL, 278.8, 1322, now() - interval '8033 minutes'),
('call-00623', 'tenant-08', 'config-032', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 384.0, 936, now() - interval '128596 minutes'),
('call-00624', 'tenant-03', 'config-039', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 345.5, 1137, now() - interval '67281 minutes'),
('call-00625', 'tenant-06', 'config-042', 'v1', 'failed', NULL, NULL, NULL, 69.9, 1064, now() - interval '122643 minutes'),
('call-00626', 'tenant-11', 'config-023', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 333.9, 1757, now() - interval '49679 minutes'),
('call-00627', 'tenant-06', 'config-006', 'v1', 'completed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 437.5, 1549, now() - interval '66439 minutes'),
('call-00628', 'tenant-01', 'config-013', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 46.4, 298, now() - interval '5654 minutes'),
('call-00629', 'tenant-11', 'config-035', 'v1', 'completed', 'transferred', 'Buenas tardes.', NULL, 0.2, 1061, now() - interval '12214 minutes'),
('call-00630', 'tenant-04', 'config-040', 'v1', 'in-progress', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 375.2, 1750, now() - interval '98801 minutes'),
('call-00631', 'tenant-10', 'config-034', 'v1', 'failed', NULL, 'Let me TRANSFER you.', NULL, 167.7, NULL, now() - interval '98286 minutes'),
('call-00632', 'tenant-06', 'config-018', 'v1', 'completed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 393.6, 1645, now() - interval '79675 minutes'),
('call-00633', 'tenant-12', 'config-012', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 30.5, 1783, now() - interval '101743 minutes'),
('call-00634', 'tenant-10', 'config-034', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 14.0, 271, now() - interval '20450 minutes'),
('call-00635', 'tenant-07', 'config-007', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 62.6, 1203, now() - interval '109734 minutes'),
('call-00636', 'tenant-09', 'config-045', 'v1', 'in-progress', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 256.0, 287, now() - interval '122152 minutes'),
('call-00637', 'tenant-11', 'config-023', 'v1', 'completed', 'transferred', '', NULL, 598.5, 1346, now() - interval '59369 minutes'),
('call-00638', 'tenant-11', 'config-023', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 499.4, 1638, now() - interval '124781 minutes'),
('call-00639', 'tenant-03', 'config-003', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 509.3, 1581, now() - interval '95245 minutes'),
('call-00640', 'tenant-05', 'config-029', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 455.5, 1164, now() - interval '107382 minutes'),
('call-00641', 'tenant-06', 'config-042', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 46.6, 1700, now() - interval '29871 minutes'),
('call-00642', 'tenant-05', 'config-041', 'v1', 'failed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 361.6, 472, now() - interval '49649 minutes'),
('call-00643', 'tenant-09', 'config-045', 'v1', 'in-progress', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 225.0, 949, now() - interval '92301 minutes'),
('call-00644', 'tenant-08', 'config-032', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 599.3, 649, now() - interval '57520 minutes'),
('call-00645', 'tenant-04', 'config-028', 'v1', 'completed', 'silence-timeout', '', NULL, 285.9, 760, now() - interval '81736 minutes'),
('call-00646', 'tenant-09', 'config-045', 'v1', 'in-progress', 'transferred', 'Lo voy a transferir con una persona.', NULL, NULL, 464, now() - interval '69000 minutes'),
('call-00647', 'tenant-05', 'config-017', 'v1', 'completed', 'transferred', '', NULL, 360.9, 624, now() - interval '126881 minutes'),
('call-00648', 'tenant-06', 'config-006', 'v1', 'completed', 'customer-ended-call', '', NULL, 87.8, 971, now() - interval '7045 minutes'),
('call-00649', 'tenant-04', 'config-040', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 372.2, 370, now() - interval '26268 minutes'),
('call-00650', 'tenant-01', 'config-025', 'v1', 'in-progress', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 0, 906, now() - interval '74078 minutes'),
('call-00651', 'tenant-05', 'config-029', 'v1', 'completed', 'silence-timeout', NULL, NULL, 368.5, 1108, now() - interval '100921 minutes'),
('call-00652', 'tenant-06', 'config-006', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 461.1, 162, now() - interval '40594 minutes'),
('call-00653', 'tenant-06', 'config-042', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 152.6, 1812, now() - interval '64645 minutes'),
('call-00654', 'tenant-02', 'config-038', 'v1', 'completed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, NULL, NULL, now() - interval '12487 minutes'),
('call-00655', 'tenant-03', 'config-039', 'v1', 'failed', NULL, 'Your reservation confirmed for two.', NULL, 261.9, 261, now() - interval '64796 minutes'),
('call-00656', 'tenant-07', 'config-019', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 184.9, 142, now() - interval '125897 minutes'),
('call-00657', 'tenant-09', 'config-045', 'v1', 'completed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 356.8, 126, now() - interval '21687 minutes'),
('call-00658', 'tenant-01', 'config-037', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 318.8, 1442, now() - interval '44491 minutes'),
('call-00659', 'tenant-03', 'config-027', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', NULL, 80.4, 1032, now() - interval '123087 minutes'),
('call-00660', 'tenant-06', 'config-006', 'v1', 'in-progress', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 333.9, 495, now() - interval '111109 minutes'),
('call-00661', 'tenant-02', 'config-026', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', 'information_given', NULL, 1892, now() - interval '93607 minutes'),
('call-00662', 'tenant-01', 'config-037', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 111.6, 785, now() - interval '53139 minutes'),
('call-00663', 'tenant-09', 'config-033', 'v1', 'in-progress', 'customer-ended-call', 'Your reservation confirmed for two.', 'order_created', 558.2, 519, now() - interval '120088 minutes'),
('call-00664', 'tenant-02', 'config-026', 'v1', 'failed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, NULL, 1007, now() - interval '31310 minutes'),
('call-00665', 'tenant-04', 'config-028', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 476.2, 1345, now() - interval '1581 minutes'),
('call-00666', 'tenant-10', 'config-010', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 140.9, 1443, now() - interval '21165 minutes'),
('call-00667', 'tenant-05', 'config-017', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, NULL, 1879, now() - interval '78544 minutes'),
('call-00668', 'tenant-01', 'config-001', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, NULL, 1525, now() - interval '11828 minutes'),
('call-00669', 'tenant-12', 'config-012', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 262.6, NULL, now() - interval '82525 minutes'),
('call-00670', 'tenant-08', 'config-032', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 211.9, 1943, now() - interval '128605 minutes'),
('call-00671', 'tenant-01', 'config-001', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', NULL, 411.5, 953, now() - interval '58820 minutes'),
('call-00672', 'tenant-10', 'config-034', 'v1', 'completed', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 455.6, 540, now() - interval '24420 minutes'),
('call-00673', 'tenant-09', 'config-045', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 416.9, 1909, now() - interval '56152 minutes'),
('call-00674', 'tenant-06', 'config-030', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 532.1, 1428, now() - interval '70828 minutes'),
('call-00675', 'tenant-11', 'config-023', 'v1', 'in-progress', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', 'order_created', 163.9, 625, now() - interval '17640 minutes'),
('call-00676', 'tenant-05', 'config-041', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 319.1, 1013, now() - interval '98144 minutes'),
('call-00677', 'tenant-05', 'config-041', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 496.6, 1809, now() - interval '40892 minutes'),
('call-00678', 'tenant-11', 'config-035', 'v1', 'completed', NULL, NULL, NULL, 308.4, 628, now() - interval '18303 minutes'),
('call-00679', 'tenant-08', 'config-032', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 144.5, 967, now() - interval '128405 minutes'),
('call-00680', 'tenant-06', 'config-042', 'v1', 'in-progress', 'customer-ended-call', 'Buenas tardes.', NULL, NULL, 956, now() - interval '3599 minutes'),
('call-00681', 'tenant-03', 'config-003', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', 'information_given', 49.5, 1574, now() - interval '10341 minutes'),
('call-00682', 'tenant-01', 'config-013', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 271.8, NULL, now() - interval '39740 minutes'),
('call-00683', 'tenant-01', 'config-037', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', NULL, 209.3, 337, now() - interval '119877 minutes'),
('call-00684', 'tenant-09', 'config-009', 'v1', 'failed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 256.8, 1110, now() - interval '91983 minutes'),
('call-00685', 'tenant-07', 'config-031', 'v1', 'failed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 494.4, 1647, now() - interval '37303 minutes'),
('call-00686', 'tenant-06', 'config-018', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 358.2, 362, now() - interval '59305 minutes'),
('call-00687', 'tenant-12', 'config-036', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 509.5, 564, now() - interval '11166 minutes'),
('call-00688', 'tenant-03', 'config-015', 'v1', 'in-progress', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 363.9, 1559, now() - interval '106802 minutes'),
('call-00689', 'tenant-06', 'config-018', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 476.5, 1001, now() - interval '38508 minutes'),
('call-00690', 'tenant-02', 'config-014', 'v1', 'in-progress', 'silence-timeout', NULL, NULL, 374.2, 325, now() - interval '35556 minutes'),
('call-00691', 'tenant-02', 'config-002', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 487.7, 1965, now() - interval '12994 minutes'),
('call-00692', 'tenant-07', 'config-007', 'v1', 'in-progress', NULL, 'Lo voy a transferir con una persona.', 'order_created', 221.6, 1429, now() - interval '91659 minutes'),
('call-00693', 'tenant-12', 'config-024', 'v1', 'in-progress', 'transferred', 'Let me TRANSFER you.', NULL, 87.1, 1505, now() - interval '115018 minutes'),
('call-00694', 'tenant-09', 'config-033', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 496.7, 1475, now() - interval '17354 minutes'),
('call-00695', 'tenant-05', 'config-041', 'v1', 'completed', 'customer-ended-call', '', NULL, 501.4, 1534, now() - interval '27323 minutes'),
('call-00696', 'tenant-12', 'config-012', 'v1', 'completed', 'assistant-ended-call', '', NULL, 0, NULL, now() - interval '6539 minutes'),
('call-00697', 'tenant-11', 'config-011', 'v1', 'completed', 'transferred', NULL, NULL, NULL, 1320, now() - interval '111938 minutes'),
('call-00698', 'tenant-04', 'config-040', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', NULL, 448.7, 1155, now() - interval '76382 minutes'),
('call-00699', 'tenant-09', 'config-045', 'v1', 'in-progress', 'silence-timeout', NULL, NULL, 512.3, 554, now() - interval '55392 minutes'),
('call-00700', 'tenant-09', 'config-045', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 167.3, 1225, now() - interval '7526 minutes'),
('call-00701', 'tenant-08', 'config-032', 'v1', 'failed', NULL, 'No, nada, gracias.', NULL, 455.6, 423, now() - interval '94476 minutes'),
('call-00702', 'tenant-08', 'config-020', 'v1', 'in-progress', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 67.9, 1036, now() - interval '99054 minutes'),
('call-00703', 'tenant-05', 'config-017', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, 154.7, 1417, now() - interval '121650 minutes'),
('call-00704', 'tenant-04', 'config-004', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', NULL, 125.7, 1573, now() - interval '57300 minutes'),
('call-00705', 'tenant-02', 'config-026', 'v1', 'completed', 'transferred', NULL, NULL, 586.6, 1780, now() - interval '2282 minutes'),
('call-00706', 'tenant-06', 'config-042', 'v1', 'completed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 0, 1583, now() - interval '60455 minutes'),
('call-00707', 'tenant-11', 'config-011', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 384.4, 1162, now() - interval '57552 minutes'),
('call-00708', 'tenant-06', 'config-018', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 515.1, 449, now() - interval '60228 minutes'),
('call-00709', 'tenant-12', 'config-012', 'v1', 'in-progress', NULL, 'Let me TRANSFER you.', NULL, 79.9, NULL, now() - interval '20367 minutes'),
('call-00710', 'tenant-04', 'config-040', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 0, 1788, now() - interval '43686 minutes'),
('call-00711', 'tenant-02', 'config-002', 'v1', 'failed', 'assistant-ended-call', 'Let me TRANSFER you.', 'information_given', 489.4, 563, now() - interval '24476 minutes'),
('call-00712', 'tenant-09', 'config-009', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 234.8, 1812, now() - interval '110030 minutes'),
('call-00713', 'tenant-10', 'config-034', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, NULL, 904, now() - interval '123544 minutes'),
('call-00714', 'tenant-02', 'config-002', 'v1', 'failed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 108.7, NULL, now() - interval '16272 minutes'),
('call-00715', 'tenant-01', 'config-013', 'v1', 'in-progress', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, NULL, 1923, now() - interval '32766 minutes'),
('call-00716', 'tenant-02', 'config-038', 'v1', 'completed', NULL, NULL, NULL, 270.3, 1775, now() - interval '74808 minutes'),
('call-00717', 'tenant-06', 'config-006', 'v1', 'in-progress', 'transferred', 'Appointment scheduled, see you then.', NULL, 348.5, 853, now() - interval '64561 minutes'),
('call-00718', 'tenant-12', 'config-012', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 120.3, 533, now() - interval '104791 minutes'),
('call-00719', 'tenant-05', 'config-029', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 70.4, 90, now() - interval '57226 minutes'),
('call-00720', 'tenant-06', 'config-006', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 0, 676, now() - interval '123658 minutes'),
('call-00721', 'tenant-07', 'config-019', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 235.9, 1410, now() - interval '103286 minutes'),
('call-00722', 'tenant-02', 'config-014', 'v1', 'failed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 445.4, 1354, now() - interval '42296 minutes'),
('call-00723', 'tenant-02', 'config-038', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 419.8, 1319, now() - interval '25532 minutes'),
('call-00724', 'tenant-06', 'config-018', 'v1', 'failed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 173.3, 1315, now() - interval '113378 minutes'),
('call-00725', 'tenant-09', 'config-009', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, NULL, 265, now() - interval '78918 minutes'),
('call-00726', 'tenant-08', 'config-020', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 341.6, 1896, now() - interval '79105 minutes'),
('call-00727', 'tenant-12', 'config-024', 'v1', 'completed', 'silence-timeout', NULL, NULL, 50.3, 1166, now() - interval '120951 minutes'),
('call-00728', 'tenant-05', 'config-041', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, NULL, NULL, now() - interval '51235 minutes'),
('call-00729', 'tenant-01', 'config-013', 'v1', 'in-progress', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 305.2, 951, now() - interval '48507 minutes'),
('call-00730', 'tenant-12', 'config-036', 'v1', 'in-progress', 'customer-ended-call', 'Buenas tardes.', NULL, 134.1, 294, now() - interval '74692 minutes'),
('call-00731', 'tenant-02', 'config-014', 'v1', 'in-progress', 'silence-timeout', '', NULL, 354.1, 336, now() - interval '120750 minutes'),
('call-00732', 'tenant-01', 'config-025', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 179.5, 1530, now() - interval '106445 minutes'),
('call-00733', 'tenant-08', 'config-020', 'v1', 'completed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 46.4, 1846, now() - interval '7294 minutes'),
('call-00734', 'tenant-04', 'config-028', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 225.8, 1682, now() - interval '105593 minutes'),
('call-00735', 'tenant-04', 'config-040', 'v1', 'in-progress', 'assistant-ended-call', 'Buenas tardes.', NULL, NULL, 699, now() - interval '37813 minutes'),
('call-00736', 'tenant-02', 'config-014', 'v1', 'in-progress', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, NULL, 119, now() - interval '113388 minutes'),
('call-00737', 'tenant-08', 'config-044', 'v1', 'completed', 'customer-ended-call', '', NULL, NULL, 702, now() - interval '120477 minutes'),
('call-00738', 'tenant-11', 'config-035', 'v1', 'failed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', 'information_given', 274.0, 1723, now() - interval '126935 minutes'),
('call-00739', 'tenant-01', 'config-013', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 33.8, 1005, now() - interval '95559 minutes'),
('call-00740', 'tenant-10', 'config-022', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 419.7, 1446, now() - interval '114579 minutes'),
('call-00741', 'tenant-05', 'config-041', 'v1', 'failed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 568.1, 1815, now() - interval '81679 minutes'),
('call-00742', 'tenant-01', 'config-025', 'v1', 'completed', 'customer-ended-call', NULL, 'information_given', 588.0, 88, now() - interval '102621 minutes'),
('call-00743', 'tenant-04', 'config-028', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 443.3, 1798, now() - interval '61567 minutes'),
('call-00744', 'tenant-11', 'config-011', 'v1', 'in-progress', NULL, 'Buenas tardes.', NULL, 392.6, 238, now() - interval '12449 minutes'),
('call-00745', 'tenant-01', 'config-025', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 361.8, 684, now() - interval '82616 minutes'),
('call-00746', 'tenant-02', 'config-002', 'v1', 'completed', 'silence-timeout', NULL, NULL, 90.7, 512, now() - interval '116563 minutes'),
('call-00747', 'tenant-01', 'config-013', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 155.1, 1640, now() - interval '567 minutes'),
('call-00748', 'tenant-01', 'config-001', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 500.5, 262, now() - interval '57688 minutes'),
('call-00749', 'tenant-11', 'config-023', 'v1', 'in-progress', 'silence-timeout', 'Buenas tardes.', NULL, 4.6, 198, now() - interval '60724 minutes'),
('call-00750', 'tenant-01', 'config-013', 'v1', 'failed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 541.0, NULL, now() - interval '75955 minutes'),
('call-00751', 'tenant-05', 'config-041', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 371.0, 1766, now() - interval '7012 minutes'),
('call-00752', 'tenant-03', 'config-003', 'v1', 'in-progress', 'assistant-ended-call', NULL, NULL, 68.4, NULL, now() - interval '105101 minutes'),
('call-00753', 'tenant-09', 'config-045', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 93.3, 1263, now() - interval '128226 minutes'),
('call-00754', 'tenant-12', 'config-024', 'v1', 'in-progress', 'transferred', 'Appointment scheduled, see you then.', 'information_given', 475.5, 1388, now() - interval '61208 minutes'),
('call-00755', 'tenant-02', 'config-038', 'v1', 'in-progress', 'customer-ended-call', NULL, NULL, 555.0, 1393, now() - interval '23406 minutes'),
('call-00756', 'tenant-01', 'config-013', 'v1', 'failed', 'customer-ended-call', 'Buenas tardes.', NULL, 165.7, 1318, now() - interval '30187 minutes'),
('call-00757', 'tenant-11', 'config-023', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 162.4, 170, now() - interval '80422 minutes'),
('call-00758', 'tenant-08', 'config-032', 'v1', 'completed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, 493.0, 1919, now() - interval '98120 minutes'),
('call-00759', 'tenant-03', 'config-039', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 186.4, 1482, now() - interval '34973 minutes'),
('call-00760', 'tenant-09', 'config-021', 'v1', 'completed', 'silence-timeout', NULL, NULL, 496.5, 263, now() - interval '3099 minutes'),
('call-00761', 'tenant-02', 'config-038', 'v1', 'completed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 461.4, 650, now() - interval '44287 minutes'),
('call-00762', 'tenant-09', 'config-045', 'v1', 'failed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 244.9, 1680, now() - interval '112825 minutes'),
('call-00763', 'tenant-08', 'config-008', 'v1', 'completed', 'customer-ended-call', '', NULL, 411.3, 1299, now() - interval '100876 minutes'),
('call-00764', 'tenant-03', 'config-003', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 21.9, 1616, now() - interval '126672 minutes'),
('call-00765', 'tenant-04', 'config-016', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 473.1, 1242, now() - interval '43000 minutes'),
('call-00766', 'tenant-02', 'config-002', 'v1', 'failed', NULL, 'Appointment scheduled, see you then.', NULL, 592.3, 365, now() - interval '94505 minutes'),
('call-00767', 'tenant-05', 'config-005', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', 'information_given', 223.5, 1599, now() - interval '107844 minutes'),
('call-00768', 'tenant-11', 'config-011', 'v1', 'failed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 106.0, 1648, now() - interval '124760 minutes'),
('call-00769', 'tenant-08', 'config-044', 'v1', 'failed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 378.3, NULL, now() - interval '42388 minutes'),
('call-00770', 'tenant-07', 'config-007', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 0, 732, now() - interval '70677 minutes'),
('call-00771', 'tenant-09', 'config-009', 'v1', 'failed', NULL, 'No, nada, gracias.', NULL, NULL, 1524, now() - interval '29164 minutes'),
('call-00772', 'tenant-03', 'config-003', 'v1', 'completed', NULL, '', NULL, 579.9, 585, now() - interval '12829 minutes'),
('call-00773', 'tenant-11', 'config-035', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 186.0, 499, now() - interval '40099 minutes'),
('call-00774', 'tenant-05', 'config-029', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 177.5, 1189, now() - interval '24182 minutes'),
('call-00775', 'tenant-02', 'config-026', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 331.4, 1046, now() - interval '113010 minutes'),
('call-00776', 'tenant-10', 'config-022', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 137.1, NULL, now() - interval '24066 minutes'),
('call-00777', 'tenant-10', 'config-022', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 496.2, 290, now() - interval '109978 minutes'),
('call-00778', 'tenant-04', 'config-016', 'v1', 'failed', NULL, 'No, nada, gracias.', NULL, 27.8, 838, now() - interval '67739 minutes'),
('call-00779', 'tenant-04', 'config-040', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 328.8, 1529, now() - interval '109620 minutes'),
('call-00780', 'tenant-01', 'config-013', 'v1', 'in-progress', NULL, '', 'information_given', 32.8, 878, now() - interval '48381 minutes'),
('call-00781', 'tenant-11', 'config-035', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 25.3, 1701, now() - interval '113702 minutes'),
('call-00782', 'tenant-02', 'config-014', 'v1', 'failed', 'silence-timeout', NULL, NULL, 0, 459, now() - interval '94670 minutes'),
('call-00783', 'tenant-05', 'config-017', 'v1', 'in-progress', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 402.3, 1544, now() - interval '108493 minutes'),
('call-00784', 'tenant-07', 'config-019', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 40.8, 785, now() - interval '31524 minutes'),
('call-00785', 'tenant-12', 'config-024', 'v1', 'failed', 'silence-timeout', NULL, NULL, 228.0, 561, now() - interval '56482 minutes'),
('call-00786', 'tenant-10', 'config-034', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', 'order_created', 426.3, 1034, now() - interval '101356 minutes'),
('call-00787', 'tenant-03', 'config-027', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', 'information_given', 489.7, 779, now() - interval '7848 minutes'),
('call-00788', 'tenant-09', 'config-009', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 169.4, 1688, now() - interval '71001 minutes'),
('call-00789', 'tenant-11', 'config-011', 'v1', 'failed', 'transferred', 'Order confirmed. Anything else?', NULL, 407.1, 1558, now() - interval '84784 minutes'),
('call-00790', 'tenant-05', 'config-041', 'v1', 'failed', 'silence-timeout', 'No, nada, gracias.', NULL, 265.4, 1333, now() - interval '95780 minutes'),
('call-00791', 'tenant-10', 'config-034', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 203.6, 1172, now() - interval '39752 minutes'),
('call-00792', 'tenant-09', 'config-009', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, 521.0, 1734, now() - interval '2770 minutes'),
('call-00793', 'tenant-03', 'config-039', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 447.2, 884, now() - interval '67800 minutes'),
('call-00794', 'tenant-09', 'config-045', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 573.9, 1150, now() - interval '68146 minutes'),
('call-00795', 'tenant-06', 'config-006', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 32.0, 1718, now() - interval '100756 minutes'),
('call-00796', 'tenant-05', 'config-017', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 97.5, 1939, now() - interval '17567 minutes'),
('call-00797', 'tenant-08', 'config-020', 'v1', 'completed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 249.3, 1152, now() - interval '77658 minutes'),
('call-00798', 'tenant-01', 'config-025', 'v1', 'in-progress', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 17.6, 1838, now() - interval '60832 minutes'),
('call-00799', 'tenant-02', 'config-002', 'v1', 'in-progress', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 172.7, 1145, now() - interval '4880 minutes'),
('call-00800', 'tenant-05', 'config-017', 'v1', 'in-progress', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, NULL, 1195, now() - interval '64075 minutes'),
('call-00801', 'tenant-06', 'config-018', 'v1', 'failed', 'transferred', 'No, nada, gracias.', NULL, 0, 197, now() - interval '51807 minutes'),
('call-00802', 'tenant-02', 'config-014', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 2.6, 1703, now() - interval '76461 minutes'),
('call-00803', 'tenant-09', 'config-033', 'v1', 'in-progress', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 129.9, 942, now() - interval '86094 minutes'),
('call-00804', 'tenant-07', 'config-019', 'v1', 'in-progress', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 50.8, 1612, now() - interval '58107 minutes'),
('call-00805', 'tenant-09', 'config-045', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, NULL, 320, now() - interval '2765 minutes'),
('call-00806', 'tenant-11', 'config-035', 'v1', 'completed', 'customer-ended-call', 'No, nada, gracias.', NULL, 68.7, 696, now() - interval '64355 minutes'),
('call-00807', 'tenant-06', 'config-030', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 179.6, 1847, now() - interval '83718 minutes'),
('call-00808', 'tenant-05', 'config-017', 'v1', 'completed', NULL, '', NULL, 80.8, 1563, now() - interval '108515 minutes'),
('call-00809', 'tenant-01', 'config-037', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, NULL, 354, now() - interval '101898 minutes'),
('call-00810', 'tenant-12', 'config-024', 'v1', 'in-progress', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 201.8, 1696, now() - interval '128739 minutes'),
('call-00811', 'tenant-05', 'config-005', 'v1', 'failed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 0, 346, now() - interval '88540 minutes'),
('call-00812', 'tenant-02', 'config-002', 'v1', 'failed', NULL, 'Lo voy a transferir con una persona.', 'order_created', 321.9, 1467, now() - interval '51621 minutes'),
('call-00813', 'tenant-06', 'config-042', 'v1', 'failed', NULL, 'Your reservation confirmed for two.', 'order_created', 216.8, 416, now() - interval '31544 minutes'),
('call-00814', 'tenant-01', 'config-001', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 142.6, 834, now() - interval '33319 minutes'),
('call-00815', 'tenant-02', 'config-026', 'v1', 'completed', 'silence-timeout', 'Buenas tardes.', NULL, 7.8, 958, now() - interval '20200 minutes'),
('call-00816', 'tenant-08', 'config-044', 'v1', 'failed', 'customer-ended-call', 'No, nada, gracias.', NULL, 202.8, 788, now() - interval '47388 minutes'),
('call-00817', 'tenant-01', 'config-037', 'v1', 'failed', 'transferred', 'Appointment scheduled, see you then.', NULL, 477.7, 483, now() - interval '36945 minutes'),
('call-00818', 'tenant-05', 'config-029', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 194.5, 725, now() - interval '87758 minutes'),
('call-00819', 'tenant-06', 'config-018', 'v1', 'completed', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 483.9, 863, now() - interval '56532 minutes'),
('call-00820', 'tenant-05', 'config-017', 'v1', 'in-progress', 'transferred', 'Buenas tardes.', NULL, 430.8, 1758, now() - interval '37602 minutes'),
('call-00821', 'tenant-02', 'config-002', 'v1', 'failed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, NULL, NULL, now() - interval '42783 minutes'),
('call-00822', 'tenant-12', 'config-024', 'v1', 'failed', NULL, 'Appointment scheduled, see you then.', NULL, 0, 490, now() - interval '65511 minutes'),
('call-00823', 'tenant-01', 'config-013', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 46.3, 1962, now() - interval '24049 minutes'),
('call-00824', 'tenant-06', 'config-042', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 341.2, 1633, now() - interval '51470 minutes'),
('call-00825', 'tenant-11', 'config-011', 'v1', 'failed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 356.6, 138, now() - interval '78412 minutes'),
('call-00826', 'tenant-01', 'config-013', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 510.6, 981, now() - interval '50710 minutes'),
('call-00827', 'tenant-09', 'config-033', 'v1', 'completed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 40.8, 516, now() - interval '31521 minutes'),
('call-00828', 'tenant-05', 'config-041', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 207.2, 1255, now() - interval '120215 minutes'),
('call-00829', 'tenant-10', 'config-034', 'v1', 'completed', 'assistant-ended-call', 'Buenas tardes.', 'information_given', 155.1, 450, now() - interval '120319 minutes'),
('call-00830', 'tenant-04', 'config-040', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 336.1, 796, now() - interval '61237 minutes'),
('call-00831', 'tenant-06', 'config-006', 'v1', 'completed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 119.9, 1290, now() - interval '120116 minutes'),
('call-00832', 'tenant-01', 'config-025', 'v1', 'completed', 'transferred', '', NULL, 529.4, 991, now() - interval '102739 minutes'),
('call-00833', 'tenant-06', 'config-018', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 173.0, 1666, now() - interval '115984 minutes'),
('call-00834', 'tenant-11', 'config-035', 'v1', 'failed', 'transferred', 'Appointment scheduled, see you then.', NULL, 424.3, 491, now() - interval '25999 minutes'),
('call-00835', 'tenant-11', 'config-035', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 176.9, NULL, now() - interval '105794 minutes'),
('call-00836', 'tenant-11', 'config-035', 'v1', 'failed', 'silence-timeout', '', 'information_given', 234.3, 1793, now() - interval '59522 minutes'),
('call-00837', 'tenant-04', 'config-004', 'v1', 'completed', 'customer-ended-call', '', NULL, 63.0, 568, now() - interval '40000 minutes'),
('call-00838', 'tenant-11', 'config-023', 'v1', 'in-progress', 'transferred', 'Order confirmed. Anything else?', NULL, 350.6, 1456, now() - interval '17693 minutes'),
('call-00839', 'tenant-08', 'config-032', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 597.2, 700, now() - interval '73554 minutes'),
('call-00840', 'tenant-01', 'config-013', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 167.2, 1595, now() - interval '26949 minutes'),
('call-00841', 'tenant-10', 'config-034', 'v1', 'failed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 578.5, 1012, now() - interval '13533 minutes'),
('call-00842', 'tenant-10', 'config-022', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 246.0, 1013, now() - interval '53183 minutes'),
('call-00843', 'tenant-08', 'config-020', 'v1', 'completed', 'transferred', NULL, NULL, 585.3, 1728, now() - interval '31638 minutes'),
('call-00844', 'tenant-08', 'config-008', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 185.0, 565, now() - interval '27434 minutes'),
('call-00845', 'tenant-06', 'config-042', 'v1', 'in-progress', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 458.2, 375, now() - interval '13664 minutes'),
('call-00846', 'tenant-09', 'config-045', 'v1', 'completed', NULL, '', NULL, 364.1, 1742, now() - interval '44133 minutes'),
('call-00847', 'tenant-01', 'config-037', 'v1', 'failed', NULL, 'Buenas tardes.', NULL, 314.5, 663, now() - interval '38239 minutes'),
('call-00848', 'tenant-09', 'config-033', 'v1', 'completed', 'transferred', 'Buenas tardes.', NULL, 336.2, 175, now() - interval '124819 minutes'),
('call-00849', 'tenant-02', 'config-026', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 394.5, 414, now() - interval '119738 minutes'),
('call-00850', 'tenant-05', 'config-005', 'v1', 'completed', 'silence-timeout', NULL, NULL, 593.3, 1629, now() - interval '35709 minutes'),
('call-00851', 'tenant-05', 'config-041', 'v1', 'in-progress', 'transferred', NULL, NULL, 298.1, 1323, now() - interval '73544 minutes'),
('call-00852', 'tenant-05', 'config-005', 'v1', 'in-progress', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 0, 1316, now() - interval '61257 minutes'),
('call-00853', 'tenant-08', 'config-020', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', 'information_given', 294.1, 673, now() - interval '49413 minutes'),
('call-00854', 'tenant-03', 'config-027', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 520.9, 189, now() - interval '34841 minutes'),
('call-00855', 'tenant-08', 'config-008', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', 'information_given', 461.3, 1464, now() - interval '33395 minutes'),
('call-00856', 'tenant-03', 'config-027', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 276.1, 1008, now() - interval '103936 minutes'),
('call-00857', 'tenant-12', 'config-012', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 206.0, 128, now() - interval '115126 minutes'),
('call-00858', 'tenant-09', 'config-021', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 163.0, 1098, now() - interval '3310 minutes'),
('call-00859', 'tenant-02', 'config-038', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 547.0, 234, now() - interval '9823 minutes'),
('call-00860', 'tenant-02', 'config-026', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 232.0, 445, now() - interval '38364 minutes'),
('call-00861', 'tenant-07', 'config-031', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 515.5, 1320, now() - interval '56597 minutes'),
('call-00862', 'tenant-06', 'config-006', 'v1', 'failed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 141.7, 1490, now() - interval '63683 minutes'),
('call-00863', 'tenant-09', 'config-021', 'v1', 'in-progress', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 50.8, NULL, now() - interval '10565 minutes'),
('call-00864', 'tenant-06', 'config-006', 'v1', 'completed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 155.8, 1884, now() - interval '89381 minutes'),
('call-00865', 'tenant-02', 'config-026', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 42.4, 1604, now() - interval '37493 minutes'),
('call-00866', 'tenant-03', 'config-039', 'v1', 'completed', 'customer-ended-call', '', NULL, 273.8, 167, now() - interval '2578 minutes'),
('call-00867', 'tenant-12', 'config-024', 'v1', 'completed', 'silence-timeout', NULL, NULL, NULL, 1559, now() - interval '90425 minutes'),
('call-00868', 'tenant-02', 'config-038', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 539.4, 1933, now() - interval '38696 minutes'),
('call-00869', 'tenant-09', 'config-021', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 513.2, 191, now() - interval '90987 minutes'),
('call-00870', 'tenant-05', 'config-005', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 493.9, 761, now() - interval '51520 minutes'),
('call-00871', 'tenant-12', 'config-036', 'v1', 'in-progress', NULL, 'Buenas tardes.', NULL, 555.9, 591, now() - interval '68062 minutes'),
('call-00872', 'tenant-06', 'config-030', 'v1', 'failed', 'transferred', 'Lo voy a transferir con una persona.', NULL, 204.2, 736, now() - interval '33690 minutes'),
('call-00873', 'tenant-09', 'config-033', 'v1', 'completed', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 0, 775, now() - interval '116867 minutes'),
('call-00874', 'tenant-02', 'config-038', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', 'information_given', 461.0, 1728, now() - interval '113410 minutes'),
('call-00875', 'tenant-01', 'config-001', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 69.7, 723, now() - interval '53859 minutes'),
('call-00876', 'tenant-05', 'config-005', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 340.3, NULL, now() - interval '15016 minutes'),
('call-00877', 'tenant-11', 'config-023', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 552.9, 1793, now() - interval '13791 minutes'),
('call-00878', 'tenant-01', 'config-037', 'v1', 'in-progress', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 41.3, NULL, now() - interval '64104 minutes'),
('call-00879', 'tenant-01', 'config-037', 'v1', 'in-progress', NULL, 'Appointment scheduled, see you then.', NULL, 369.8, 1228, now() - interval '29540 minutes'),
('call-00880', 'tenant-02', 'config-002', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 22.1, 1444, now() - interval '126976 minutes'),
('call-00881', 'tenant-08', 'config-032', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 103.7, 119, now() - interval '57023 minutes'),
('call-00882', 'tenant-11', 'config-011', 'v1', 'completed', 'assistant-ended-call', '', NULL, 386.6, 1786, now() - interval '122971 minutes'),
('call-00883', 'tenant-04', 'config-016', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 274.4, 624, now() - interval '88656 minutes'),
('call-00884', 'tenant-05', 'config-005', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 593.0, 1478, now() - interval '65736 minutes'),
('call-00885', 'tenant-05', 'config-041', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 186.2, NULL, now() - interval '44547 minutes'),
('call-00886', 'tenant-08', 'config-008', 'v1', 'failed', 'transferred', 'Order confirmed. Anything else?', NULL, 111.7, 681, now() - interval '102591 minutes'),
('call-00887', 'tenant-07', 'config-019', 'v1', 'failed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 262.0, 1884, now() - interval '55911 minutes'),
('call-00888', 'tenant-07', 'config-031', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 405.6, 1268, now() - interval '3979 minutes'),
('call-00889', 'tenant-08', 'config-008', 'v1', 'in-progress', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 24.3, 1491, now() - interval '16603 minutes'),
('call-00890', 'tenant-06', 'config-042', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, NULL, 518, now() - interval '69767 minutes'),
('call-00891', 'tenant-04', 'config-040', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 586.9, 1589, now() - interval '58692 minutes'),
('call-00892', 'tenant-09', 'config-033', 'v1', 'failed', 'silence-timeout', 'Your reservation confirmed for two.', 'order_created', 587.4, 1833, now() - interval '69428 minutes'),
('call-00893', 'tenant-08', 'config-032', 'v1', 'completed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 300.3, 1416, now() - interval '28497 minutes'),
('call-00894', 'tenant-06', 'config-018', 'v1', 'failed', 'transferred', 'Lo voy a transferir con una persona.', NULL, 29.1, 516, now() - interval '7035 minutes'),
('call-00895', 'tenant-01', 'config-001', 'v1', 'failed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 64.0, 995, now() - interval '102583 minutes'),
('call-00896', 'tenant-06', 'config-018', 'v1', 'failed', NULL, '', NULL, 284.1, 1510, now() - interval '15666 minutes'),
('call-00897', 'tenant-11', 'config-023', 'v1', 'completed', NULL, NULL, NULL, 81.7, 1162, now() - interval '21350 minutes'),
('call-00898', 'tenant-12', 'config-024', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 350.1, 166, now() - interval '80088 minutes'),
('call-00899', 'tenant-04', 'config-028', 'v1', 'failed', NULL, 'Your reservation confirmed for two.', NULL, 176.7, 758, now() - interval '66092 minutes'),
('call-00900', 'tenant-05', 'config-017', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 90.9, 155, now() - interval '54970 minutes'),
('call-00901', 'tenant-06', 'config-030', 'v1', 'failed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 547.4, 661, now() - interval '114535 minutes'),
('call-00902', 'tenant-06', 'config-030', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 66.8, 1742, now() - interval '122350 minutes'),
('call-00903', 'tenant-03', 'config-015', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 13.5, 962, now() - interval '53429 minutes'),
('call-00904', 'tenant-11', 'config-011', 'v1', 'completed', 'assistant-ended-call', '', NULL, 588.9, 763, now() - interval '75276 minutes'),
('call-00905', 'tenant-06', 'config-006', 'v1', 'completed', 'transferred', '', NULL, 6.5, 1288, now() - interval '71881 minutes'),
('call-00906', 'tenant-05', 'config-005', 'v1', 'failed', 'transferred', 'Your reservation confirmed for two.', NULL, 173.8, 177, now() - interval '93059 minutes'),
('call-00907', 'tenant-08', 'config-032', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 473.0, 1135, now() - interval '77866 minutes'),
('call-00908', 'tenant-04', 'config-028', 'v1', 'in-progress', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 99.3, 379, now() - interval '65907 minutes'),
('call-00909', 'tenant-02', 'config-014', 'v1', 'completed', 'silence-timeout', NULL, NULL, 410.4, 331, now() - interval '30809 minutes'),
('call-00910', 'tenant-01', 'config-013', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', 'order_created', 19.6, 149, now() - interval '25242 minutes'),
('call-00911', 'tenant-12', 'config-024', 'v1', 'completed', 'transferred', '', NULL, 518.5, 1744, now() - interval '67180 minutes'),
('call-00912', 'tenant-03', 'config-003', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 200.2, 241, now() - interval '30165 minutes'),
('call-00913', 'tenant-10', 'config-010', 'v1', 'failed', 'assistant-ended-call', 'No, nada, gracias.', NULL, 16.1, 1642, now() - interval '89461 minutes'),
('call-00914', 'tenant-09', 'config-033', 'v1', 'in-progress', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, NULL, 1594, now() - interval '41671 minutes'),
('call-00915', 'tenant-12', 'config-036', 'v1', 'in-progress', NULL, 'Buenas tardes.', NULL, 548.6, 1971, now() - interval '44645 minutes'),
('call-00916', 'tenant-01', 'config-025', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 295.1, 173, now() - interval '66901 minutes'),
('call-00917', 'tenant-11', 'config-023', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 0, 529, now() - interval '59813 minutes'),
('call-00918', 'tenant-05', 'config-005', 'v1', 'failed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 269.0, NULL, now() - interval '87736 minutes'),
('call-00919', 'tenant-01', 'config-025', 'v1', 'in-progress', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 278.0, 836, now() - interval '92642 minutes'),
('call-00920', 'tenant-05', 'config-029', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 272.5, 138, now() - interval '107013 minutes'),
('call-00921', 'tenant-04', 'config-028', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 365.5, 590, now() - interval '47375 minutes'),
('call-00922', 'tenant-12', 'config-012', 'v1', 'completed', NULL, NULL, NULL, 565.7, 91, now() - interval '69129 minutes'),
('call-00923', 'tenant-08', 'config-020', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 111.2, 1753, now() - interval '107901 minutes'),
('call-00924', 'tenant-01', 'config-001', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 336.9, 1963, now() - interval '71255 minutes'),
('call-00925', 'tenant-05', 'config-041', 'v1', 'in-progress', 'transferred', 'Lo voy a transferir con una persona.', NULL, 401.1, 1882, now() - interval '99561 minutes'),
('call-00926', 'tenant-08', 'config-032', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 257.4, 246, now() - interval '77080 minutes'),
('call-00927', 'tenant-01', 'config-013', 'v1', 'in-progress', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 495.9, 991, now() - interval '62796 minutes'),
('call-00928', 'tenant-01', 'config-001', 'v1', 'failed', NULL, NULL, NULL, 214.7, 257, now() - interval '89849 minutes'),
('call-00929', 'tenant-10', 'config-010', 'v1', 'in-progress', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 479.3, 1027, now() - interval '16148 minutes'),
('call-00930', 'tenant-08', 'config-008', 'v1', 'failed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 345.6, 1248, now() - interval '15831 minutes'),
('call-00931', 'tenant-01', 'config-001', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 314.7, NULL, now() - interval '1223 minutes'),
('call-00932', 'tenant-05', 'config-017', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', NULL, 483.4, 1716, now() - interval '42545 minutes'),
('call-00933', 'tenant-08', 'config-032', 'v1', 'completed', 'silence-timeout', '', NULL, 221.0, 1513, now() - interval '20240 minutes'),
('call-00934', 'tenant-03', 'config-003', 'v1', 'in-progress', NULL, '', NULL, 19.2, 701, now() - interval '62662 minutes'),
('call-00935', 'tenant-05', 'config-029', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 253.4, 597, now() - interval '104965 minutes'),
('call-00936', 'tenant-04', 'config-028', 'v1', 'completed', 'customer-ended-call', '', NULL, 209.5, 1814, now() - interval '17418 minutes'),
('call-00937', 'tenant-05', 'config-041', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', NULL, 72.3, 737, now() - interval '22981 minutes'),
('call-00938', 'tenant-04', 'config-016', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 583.5, 1432, now() - interval '12324 minutes'),
('call-00939', 'tenant-06', 'config-030', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, 480.8, 1063, now() - interval '68602 minutes'),
('call-00940', 'tenant-03', 'config-039', 'v1', 'in-progress', 'customer-ended-call', '', NULL, 491.7, 1644, now() - interval '18819 minutes'),
('call-00941', 'tenant-10', 'config-022', 'v1', 'completed', 'assistant-ended-call', 'Order confirmed. Anything else?', 'information_given', 405.2, 309, now() - interval '84086 minutes'),
('call-00942', 'tenant-03', 'config-003', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 125.4, 1706, now() - interval '47876 minutes'),
('call-00943', 'tenant-05', 'config-029', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 548.9, 1249, now() - interval '30834 minutes'),
('call-00944', 'tenant-08', 'config-044', 'v1', 'failed', 'customer-ended-call', 'Buenas tardes.', NULL, 176.7, 1893, now() - interval '10757 minutes'),
('call-00945', 'tenant-12', 'config-024', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 379.4, 434, now() - interval '42597 minutes'),
('call-00946', 'tenant-09', 'config-021', 'v1', 'failed', 'customer-ended-call', 'Buenas tardes.', NULL, 59.0, 351, now() - interval '43280 minutes'),
('call-00947', 'tenant-12', 'config-012', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 103.1, NULL, now() - interval '63134 minutes'),
('call-00948', 'tenant-07', 'config-007', 'v1', 'failed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 135.5, 1102, now() - interval '121777 minutes'),
('call-00949', 'tenant-11', 'config-035', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 387.6, 705, now() - interval '111113 minutes'),
('call-00950', 'tenant-02', 'config-002', 'v1', 'completed', 'silence-timeout', NULL, NULL, 200.8, 1839, now() - interval '93657 minutes'),
('call-00951', 'tenant-01', 'config-013', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 324.0, 1783, now() - interval '95609 minutes'),
('call-00952', 'tenant-04', 'config-028', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 274.8, 1495, now() - interval '85226 minutes'),
('call-00953', 'tenant-12', 'config-012', 'v1', 'completed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 460.5, 1710, now() - interval '108425 minutes'),
('call-00954', 'tenant-02', 'config-038', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 435.0, 987, now() - interval '279 minutes'),
('call-00955', 'tenant-03', 'config-003', 'v1', 'in-progress', 'assistant-ended-call', '', NULL, 267.5, 729, now() - interval '92844 minutes'),
('call-00956', 'tenant-01', 'config-013', 'v1', 'in-progress', NULL, NULL, NULL, 589.8, 1194, now() - interval '18170 minutes'),
('call-00957', 'tenant-03', 'config-015', 'v1', 'completed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 267.9, 664, now() - interval '63214 minutes'),
('call-00958', 'tenant-11', 'config-011', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 582.0, 1203, now() - interval '106875 minutes'),
('call-00959', 'tenant-11', 'config-011', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 241.7, 91, now() - interval '28549 minutes'),
('call-00960', 'tenant-11', 'config-035', 'v1', 'failed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 0, 1101, now() - interval '104427 minutes'),
('call-00961', 'tenant-08', 'config-032', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 507.6, 639, now() - interval '34140 minutes'),
('call-00962', 'tenant-01', 'config-001', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 367.5, 1661, now() - interval '111728 minutes'),
('call-00963', 'tenant-11', 'config-035', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 300.8, 1058, now() - interval '59925 minutes'),
('call-00964', 'tenant-02', 'config-038', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 486.7, 1931, now() - interval '70990 minutes'),
('call-00965', 'tenant-07', 'config-019', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 0, 358, now() - interval '72378 minutes'),
('call-00966', 'tenant-04', 'config-004', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 53.0, 1598, now() - interval '113204 minutes'),
('call-00967', 'tenant-12', 'config-036', 'v1', 'completed', NULL, NULL, NULL, 452.5, 1808, now() - interval '56052 minutes'),
('call-00968', 'tenant-04', 'config-016', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 282.9, 765, now() - interval '103980 minutes'),
('call-00969', 'tenant-11', 'config-035', 'v1', 'completed', NULL, '', NULL, 332.0, 717, now() - interval '2048 minutes'),
('call-00970', 'tenant-05', 'config-005', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 279.3, 112, now() - interval '127087 minutes'),
('call-00971', 'tenant-01', 'config-025', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 52.7, 576, now() - interval '97503 minutes'),
('call-00972', 'tenant-09', 'config-009', 'v1', 'in-progress', 'silence-timeout', '', NULL, 55.0, 1044, now() - interval '82199 minutes'),
('call-00973', 'tenant-02', 'config-014', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, 262.5, 496, now() - interval '10955 minutes'),
('call-00974', 'tenant-08', 'config-032', 'v1', 'completed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 344.7, 1956, now() - interval '17612 minutes'),
('call-00975', 'tenant-09', 'config-033', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 364.4, 1716, now() - interval '64338 minutes'),
('call-00976', 'tenant-03', 'config-039', 'v1', 'failed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', 'information_given', 180.1, NULL, now() - interval '108446 minutes'),
('call-00977', 'tenant-09', 'config-045', 'v1', 'failed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 180.4, 1797, now() - interval '41041 minutes'),
('call-00978', 'tenant-05', 'config-029', 'v1', 'completed', 'transferred', '', NULL, 63.6, 1682, now() - interval '129491 minutes'),
('call-00979', 'tenant-07', 'config-007', 'v1', 'in-progress', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 524.2, 1760, now() - interval '109715 minutes'),
('call-00980', 'tenant-07', 'config-031', 'v1', 'failed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 545.6, 191, now() - interval '111614 minutes'),
('call-00981', 'tenant-03', 'config-015', 'v1', 'completed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 183.0, 1070, now() - interval '75426 minutes'),
('call-00982', 'tenant-05', 'config-017', 'v1', 'failed', 'assistant-ended-call', 'Lo voy a transferir con una persona.', NULL, 572.5, 1947, now() - interval '54156 minutes'),
('call-00983', 'tenant-08', 'config-032', 'v1', 'completed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 246.2, 1538, now() - interval '5284 minutes'),
('call-00984', 'tenant-01', 'config-013', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 384.7, 1208, now() - interval '14721 minutes'),
('call-00985', 'tenant-08', 'config-008', 'v1', 'completed', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 262.4, 1644, now() - interval '93526 minutes'),
('call-00986', 'tenant-01', 'config-025', 'v1', 'failed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 54.2, 1297, now() - interval '45370 minutes'),
('call-00987', 'tenant-01', 'config-037', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 300.4, 1592, now() - interval '32035 minutes'),
('call-00988', 'tenant-08', 'config-020', 'v1', 'failed', 'transferred', 'No, nada, gracias.', 'information_given', 380.8, 1693, now() - interval '16018 minutes'),
('call-00989', 'tenant-07', 'config-043', 'v1', 'completed', NULL, '', NULL, 61.1, 1254, now() - interval '23998 minutes'),
('call-00990', 'tenant-11', 'config-035', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 115.8, 1856, now() - interval '64096 minutes'),
('call-00991', 'tenant-09', 'config-009', 'v1', 'in-progress', 'assistant-ended-call', 'Order confirmed. Anything else?', NULL, 383.1, 506, now() - interval '5787 minutes'),
('call-00992', 'tenant-10', 'config-022', 'v1', 'failed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 484.3, 416, now() - interval '100469 minutes'),
('call-00993', 'tenant-03', 'config-027', 'v1', 'in-progress', NULL, 'No, nada, gracias.', NULL, 151.3, NULL, now() - interval '114723 minutes'),
('call-00994', 'tenant-04', 'config-016', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 290.9, 487, now() - interval '37622 minutes'),
('call-00995', 'tenant-03', 'config-003', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 73.3, 658, now() - interval '24820 minutes'),
('call-00996', 'tenant-04', 'config-028', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 253.2, 1050, now() - interval '29346 minutes'),
('call-00997', 'tenant-09', 'config-045', 'v1', 'in-progress', 'transferred', 'Su cita agendada es el martes.
Gracias.', 'order_created', 57.4, 1210, now() - interval '125616 minutes'),
('call-00998', 'tenant-03', 'config-015', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 134.1, 1483, now() - interval '114958 minutes'),
('call-00999', 'tenant-12', 'config-012', 'v1', 'failed', 'assistant-ended-call', 'Your reservation confirmed for two.', 'information_given', 587.2, 1768, now() - interval '4648 minutes'),
('call-01000', 'tenant-11', 'config-035', 'v1', 'completed', 'transferred', 'Lo voy a transferir con una persona.', NULL, 425.9, 1263, now() - interval '2070 minutes'),
('call-01001', 'tenant-06', 'config-006', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 406.3, 941, now() - interval '103612 minutes'),
('call-01002', 'tenant-08', 'config-020', 'v1', 'in-progress', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, NULL, NULL, now() - interval '111100 minutes'),
('call-01003', 'tenant-04', 'config-004', 'v1', 'failed', 'transferred', 'Let me TRANSFER you.', NULL, 83.0, 748, now() - interval '72405 minutes'),
('call-01004', 'tenant-07', 'config-043', 'v1', 'failed', 'transferred', 'Let me TRANSFER you.', NULL, 445.7, 446, now() - interval '110459 minutes'),
('call-01005', 'tenant-04', 'config-040', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 245.6, 1724, now() - interval '86979 minutes'),
('call-01006', 'tenant-05', 'config-041', 'v1', 'failed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 36.3, 525, now() - interval '931 minutes'),
('call-01007', 'tenant-04', 'config-028', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', 'information_given', 58.0, 1885, now() - interval '63090 minutes'),
('call-01008', 'tenant-03', 'config-015', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 199.6, NULL, now() - interval '67358 minutes'),
('call-01009', 'tenant-05', 'config-017', 'v1', 'in-progress', 'transferred', 'Let me TRANSFER you.', NULL, 161.5, 897, now() - interval '75320 minutes'),
('call-01010', 'tenant-01', 'config-025', 'v1', 'in-progress', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, 399.6, 464, now() - interval '71882 minutes'),
('call-01011', 'tenant-07', 'config-031', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 467.8, 690, now() - interval '101262 minutes'),
('call-01012', 'tenant-01', 'config-037', 'v1', 'failed', 'transferred', NULL, NULL, 501.7, 421, now() - interval '103964 minutes'),
('call-01013', 'tenant-02', 'config-026', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 297.7, 1456, now() - interval '48731 minutes'),
('call-01014', 'tenant-01', 'config-013', 'v1', 'in-progress', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 412.9, 336, now() - interval '125685 minutes'),
('call-01015', 'tenant-11', 'config-011', 'v1', 'in-progress', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 415.4, 436, now() - interval '46909 minutes'),
('call-01016', 'tenant-10', 'config-022', 'v1', 'failed', 'transferred', 'No, nada, gracias.', NULL, 589.4, 1365, now() - interval '62073 minutes'),
('call-01017', 'tenant-09', 'config-033', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 96.9, 1421, now() - interval '105729 minutes'),
('call-01018', 'tenant-05', 'config-041', 'v1', 'completed', 'transferred', NULL, NULL, 19.8, 1928, now() - interval '47468 minutes'),
('call-01019', 'tenant-01', 'config-001', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 245.8, 441, now() - interval '110779 minutes'),
('call-01020', 'tenant-02', 'config-038', 'v1', 'failed', 'assistant-ended-call', '', NULL, 458.9, 1103, now() - interval '13389 minutes'),
('call-01021', 'tenant-02', 'config-014', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', 'information_given', 448.3, 1393, now() - interval '90062 minutes'),
('call-01022', 'tenant-05', 'config-029', 'v1', 'in-progress', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 211.1, 669, now() - interval '66074 minutes'),
('call-01023', 'tenant-08', 'config-008', 'v1', 'in-progress', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 380.1, 1628, now() - interval '3805 minutes'),
('call-01024', 'tenant-01', 'config-001', 'v1', 'in-progress', NULL, '', NULL, 240.8, 1004, now() - interval '51887 minutes'),
('call-01025', 'tenant-12', 'config-036', 'v1', 'completed', 'customer-ended-call', 'Buenas tardes.', NULL, 256.9, 1014, now() - interval '90400 minutes'),
('call-01026', 'tenant-07', 'config-019', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 388.5, 670, now() - interval '61800 minutes'),
('call-01027', 'tenant-02', 'config-026', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 288.8, 593, now() - interval '70305 minutes'),
('call-01028', 'tenant-04', 'config-016', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 165.2, 1784, now() - interval '20606 minutes'),
('call-01029', 'tenant-12', 'config-036', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', NULL, 427.8, 882, now() - interval '120437 minutes'),
('call-01030', 'tenant-08', 'config-008', 'v1', 'failed', 'transferred', NULL, NULL, 183.5, 1920, now() - interval '94005 minutes'),
('call-01031', 'tenant-09', 'config-045', 'v1', 'completed', 'transferred', 'Your reservation confirmed for two.', NULL, 485.4, 1656, now() - interval '38401 minutes'),
('call-01032', 'tenant-09', 'config-009', 'v1', 'completed', 'transferred', '', NULL, 483.6, NULL, now() - interval '36225 minutes'),
('call-01033', 'tenant-11', 'config-011', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 424.4, 1852, now() - interval '89238 minutes'),
('call-01034', 'tenant-04', 'config-004', 'v1', 'completed', 'transferred', NULL, NULL, 447.9, 779, now() - interval '97783 minutes'),
('call-01035', 'tenant-10', 'config-022', 'v1', 'completed', 'transferred', 'Let me TRANSFER you.', NULL, 377.7, 1427, now() - interval '93029 minutes'),
('call-01036', 'tenant-05', 'config-005', 'v1', 'failed', 'silence-timeout', NULL, NULL, NULL, 1191, now() - interval '17215 minutes'),
('call-01037', 'tenant-02', 'config-002', 'v1', 'in-progress', 'transferred', 'Buenas tardes.', NULL, 73.3, 1772, now() - interval '101712 minutes'),
('call-01038', 'tenant-05', 'config-005', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 328.7, 327, now() - interval '38594 minutes'),
('call-01039', 'tenant-03', 'config-039', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 584.2, 191, now() - interval '75804 minutes'),
('call-01040', 'tenant-08', 'config-008', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 203.3, 1945, now() - interval '75853 minutes'),
('call-01041', 'tenant-06', 'config-018', 'v1', 'completed', 'silence-timeout', 'Appointment scheduled, see you then.', 'information_given', 57.8, 1377, now() - interval '65063 minutes'),
('call-01042', 'tenant-01', 'config-001', 'v1', 'failed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 195.2, 115, now() - interval '116426 minutes'),
('call-01043', 'tenant-07', 'config-007', 'v1', 'completed', 'assistant-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, NULL, 627, now() - interval '46221 minutes'),
('call-01044', 'tenant-07', 'config-043', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 485.2, 1559, now() - interval '74950 minutes'),
('call-01045', 'tenant-06', 'config-042', 'v1', 'failed', NULL, 'Order confirmed. Anything else?', NULL, 456.7, 175, now() - interval '8911 minutes'),
('call-01046', 'tenant-04', 'config-004', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 439.0, 1878, now() - interval '108661 minutes'),
('call-01047', 'tenant-06', 'config-006', 'v1', 'completed', 'assistant-ended-call', 'Buenas tardes.', NULL, 45.2, 946, now() - interval '99743 minutes'),
('call-01048', 'tenant-01', 'config-013', 'v1', 'completed', 'transferred', NULL, NULL, 88.0, 1396, now() - interval '76427 minutes'),
('call-01049', 'tenant-11', 'config-011', 'v1', 'in-progress', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 336.7, NULL, now() - interval '78479 minutes'),
('call-01050', 'tenant-12', 'config-012', 'v1', 'completed', NULL, NULL, NULL, NULL, 1771, now() - interval '78345 minutes'),
('call-01051', 'tenant-02', 'config-038', 'v1', 'completed', 'assistant-ended-call', '', 'order_created', 376.0, 1962, now() - interval '124066 minutes'),
('call-01052', 'tenant-09', 'config-045', 'v1', 'completed', 'customer-ended-call', '', NULL, 486.3, 695, now() - interval '34023 minutes'),
('call-01053', 'tenant-02', 'config-002', 'v1', 'failed', 'customer-ended-call', 'No, nada, gracias.', NULL, 486.4, 338, now() - interval '89249 minutes'),
('call-01054', 'tenant-08', 'config-032', 'v1', 'failed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 215.3, 1491, now() - interval '15856 minutes'),
('call-01055', 'tenant-03', 'config-003', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 174.1, 1247, now() - interval '128318 minutes'),
('call-01056', 'tenant-09', 'config-045', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 24.5, 1842, now() - interval '99680 minutes'),
('call-01057', 'tenant-05', 'config-041', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 385.8, 1897, now() - interval '67610 minutes'),
('call-01058', 'tenant-03', 'config-039', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 241.3, 1455, now() - interval '95794 minutes'),
('call-01059', 'tenant-12', 'config-024', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 121.3, 517, now() - interval '10347 minutes'),
('call-01060', 'tenant-12', 'config-012', 'v1', 'failed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 45.1, NULL, now() - interval '111189 minutes'),
('call-01061', 'tenant-08', 'config-020', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 117.0, 162, now() - interval '5672 minutes'),
('call-01062', 'tenant-09', 'config-045', 'v1', 'completed', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 538.8, 1784, now() - interval '94306 minutes'),
('call-01063', 'tenant-02', 'config-038', 'v1', 'completed', 'transferred', 'Buenas tardes.', NULL, 24.4, 1786, now() - interval '7533 minutes'),
('call-01064', 'tenant-02', 'config-038', 'v1', 'completed', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 100.5, 823, now() - interval '21718 minutes'),
('call-01065', 'tenant-08', 'config-020', 'v1', 'failed', 'customer-ended-call', 'Buenas tardes.', NULL, 498.5, 292, now() - interval '31242 minutes'),
('call-01066', 'tenant-04', 'config-040', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 82.3, 1904, now() - interval '18178 minutes'),
('call-01067', 'tenant-06', 'config-042', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 141.2, NULL, now() - interval '77452 minutes'),
('call-01068', 'tenant-02', 'config-038', 'v1', 'in-progress', 'assistant-ended-call', 'Buenas tardes.', NULL, 199.8, 1089, now() - interval '13569 minutes'),
('call-01069', 'tenant-05', 'config-017', 'v1', 'completed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 558.2, 518, now() - interval '88747 minutes'),
('call-01070', 'tenant-05', 'config-017', 'v1', 'failed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 302.3, 474, now() - interval '81343 minutes'),
('call-01071', 'tenant-06', 'config-030', 'v1', 'failed', 'customer-ended-call', '', NULL, 0, 1447, now() - interval '10366 minutes'),
('call-01072', 'tenant-07', 'config-007', 'v1', 'completed', 'transferred', NULL, NULL, 218.1, 1749, now() - interval '77119 minutes'),
('call-01073', 'tenant-07', 'config-031', 'v1', 'in-progress', NULL, 'Order confirmed. Anything else?', NULL, 504.5, 1758, now() - interval '54981 minutes'),
('call-01074', 'tenant-02', 'config-038', 'v1', 'in-progress', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 286.5, 210, now() - interval '36188 minutes'),
('call-01075', 'tenant-11', 'config-035', 'v1', 'completed', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 412.0, 688, now() - interval '34016 minutes'),
('call-01076', 'tenant-04', 'config-016', 'v1', 'in-progress', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 8.9, 1452, now() - interval '110092 minutes'),
('call-01077', 'tenant-06', 'config-030', 'v1', 'failed', NULL, 'Let me TRANSFER you.', NULL, 445.0, 1598, now() - interval '86520 minutes'),
('call-01078', 'tenant-04', 'config-004', 'v1', 'failed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 148.7, 1492, now() - interval '31933 minutes'),
('call-01079', 'tenant-11', 'config-011', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 5.5, 1516, now() - interval '4057 minutes'),
('call-01080', 'tenant-05', 'config-041', 'v1', 'failed', 'transferred', 'Lo voy a transferir con una persona.', 'order_created', 456.9, 1170, now() - interval '109489 minutes'),
('call-01081', 'tenant-06', 'config-030', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, NULL, 447, now() - interval '11688 minutes'),
('call-01082', 'tenant-08', 'config-008', 'v1', 'completed', 'customer-ended-call', '', NULL, 112.7, 284, now() - interval '74064 minutes'),
('call-01083', 'tenant-10', 'config-010', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 578.0, 1293, now() - interval '24956 minutes'),
('call-01084', 'tenant-06', 'config-030', 'v1', 'failed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 435.7, 1128, now() - interval '65129 minutes'),
('call-01085', 'tenant-05', 'config-005', 'v1', 'completed', 'silence-timeout', NULL, NULL, 594.7, 304, now() - interval '102047 minutes'),
('call-01086', 'tenant-04', 'config-016', 'v1', 'failed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 93.2, 1011, now() - interval '120490 minutes'),
('call-01087', 'tenant-06', 'config-018', 'v1', 'completed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, NULL, 179, now() - interval '101701 minutes'),
('call-01088', 'tenant-02', 'config-014', 'v1', 'failed', 'silence-timeout', '', NULL, 151.1, 426, now() - interval '122345 minutes'),
('call-01089', 'tenant-11', 'config-023', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 446.8, 1160, now() - interval '3961 minutes'),
('call-01090', 'tenant-08', 'config-044', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 583.3, 433, now() - interval '41486 minutes'),
('call-01091', 'tenant-01', 'config-025', 'v1', 'completed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 465.6, 1470, now() - interval '92694 minutes'),
('call-01092', 'tenant-10', 'config-010', 'v1', 'failed', 'assistant-ended-call', NULL, NULL, 543.4, 1515, now() - interval '39584 minutes'),
('call-01093', 'tenant-04', 'config-016', 'v1', 'completed', NULL, 'No, nada, gracias.', NULL, 118.7, 784, now() - interval '110934 minutes'),
('call-01094', 'tenant-01', 'config-037', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 335.7, 1771, now() - interval '105771 minutes'),
('call-01095', 'tenant-12', 'config-024', 'v1', 'completed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 18.0, 176, now() - interval '94023 minutes'),
('call-01096', 'tenant-02', 'config-038', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 498.8, 471, now() - interval '48998 minutes'),
('call-01097', 'tenant-10', 'config-022', 'v1', 'in-progress', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 102.6, 806, now() - interval '99336 minutes'),
('call-01098', 'tenant-07', 'config-043', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 38.6, 1613, now() - interval '121063 minutes'),
('call-01099', 'tenant-12', 'config-036', 'v1', 'completed', 'silence-timeout', 'Pedido Confirmado: tres tacos al pastor.', NULL, 368.5, 560, now() - interval '86644 minutes'),
('call-01100', 'tenant-09', 'config-045', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 85.2, NULL, now() - interval '40440 minutes'),
('call-01101', 'tenant-06', 'config-030', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 580.7, 1251, now() - interval '58567 minutes'),
('call-01102', 'tenant-11', 'config-035', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 575.8, 1070, now() - interval '9842 minutes'),
('call-01103', 'tenant-01', 'config-013', 'v1', 'in-progress', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 109.9, 1288, now() - interval '124592 minutes'),
('call-01104', 'tenant-10', 'config-022', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 420.5, 1780, now() - interval '33797 minutes'),
('call-01105', 'tenant-03', 'config-027', 'v1', 'completed', 'silence-timeout', 'Buenas tardes.', NULL, 223.2, 1060, now() - interval '94255 minutes'),
('call-01106', 'tenant-12', 'config-024', 'v1', 'failed', NULL, 'Order confirmed. Anything else?', NULL, 454.6, 867, now() - interval '87181 minutes'),
('call-01107', 'tenant-02', 'config-014', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 348.2, 1481, now() - interval '108374 minutes'),
('call-01108', 'tenant-04', 'config-016', 'v1', 'failed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 70.5, 845, now() - interval '28942 minutes'),
('call-01109', 'tenant-08', 'config-020', 'v1', 'failed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 95.9, 1633, now() - interval '44620 minutes'),
('call-01110', 'tenant-04', 'config-004', 'v1', 'completed', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 138.4, 545, now() - interval '37282 minutes'),
('call-01111', 'tenant-08', 'config-008', 'v1', 'failed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 576.2, 1494, now() - interval '79660 minutes'),
('call-01112', 'tenant-04', 'config-040', 'v1', 'failed', 'assistant-ended-call', '', NULL, 114.9, 902, now() - interval '20619 minutes'),
('call-01113', 'tenant-04', 'config-004', 'v1', 'failed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 450.6, 344, now() - interval '85490 minutes'),
('call-01114', 'tenant-11', 'config-035', 'v1', 'in-progress', 'transferred', '', NULL, 210.4, 1961, now() - interval '114691 minutes'),
('call-01115', 'tenant-08', 'config-020', 'v1', 'completed', 'silence-timeout', NULL, NULL, 508.6, 576, now() - interval '36084 minutes'),
('call-01116', 'tenant-02', 'config-038', 'v1', 'in-progress', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', 'order_created', 555.2, 1744, now() - interval '79289 minutes'),
('call-01117', 'tenant-09', 'config-045', 'v1', 'failed', NULL, 'Lo voy a transferir con una persona.', NULL, NULL, 738, now() - interval '54839 minutes'),
('call-01118', 'tenant-08', 'config-044', 'v1', 'completed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 115.8, 1625, now() - interval '98224 minutes'),
('call-01119', 'tenant-02', 'config-026', 'v1', 'completed', 'silence-timeout', 'Buenas tardes.', NULL, 300.2, 1552, now() - interval '108888 minutes'),
('call-01120', 'tenant-08', 'config-020', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 515.7, 1769, now() - interval '126317 minutes'),
('call-01121', 'tenant-08', 'config-044', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 91.7, 318, now() - interval '11581 minutes'),
('call-01122', 'tenant-09', 'config-009', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 108.5, 1835, now() - interval '122497 minutes'),
('call-01123', 'tenant-08', 'config-020', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 268.5, 1409, now() - interval '107264 minutes'),
('call-01124', 'tenant-10', 'config-010', 'v1', 'failed', 'customer-ended-call', NULL, NULL, 58.9, 704, now() - interval '88428 minutes'),
('call-01125', 'tenant-04', 'config-028', 'v1', 'completed', NULL, 'Lo voy a transferir con una persona.', NULL, 465.9, 1261, now() - interval '44945 minutes'),
('call-01126', 'tenant-03', 'config-003', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 464.5, 386, now() - interval '37131 minutes'),
('call-01127', 'tenant-10', 'config-034', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 0, 404, now() - interval '107171 minutes'),
('call-01128', 'tenant-11', 'config-011', 'v1', 'in-progress', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 531.9, 1340, now() - interval '10731 minutes'),
('call-01129', 'tenant-10', 'config-022', 'v1', 'in-progress', NULL, '', NULL, 444.0, 1849, now() - interval '116320 minutes'),
('call-01130', 'tenant-05', 'config-041', 'v1', 'in-progress', NULL, 'Buenas tardes.', NULL, 0, 1218, now() - interval '98871 minutes'),
('call-01131', 'tenant-08', 'config-044', 'v1', 'completed', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 311.0, 1765, now() - interval '104815 minutes'),
('call-01132', 'tenant-12', 'config-012', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', 'order_created', 431.0, 1217, now() - interval '16059 minutes'),
('call-01133', 'tenant-09', 'config-045', 'v1', 'in-progress', 'silence-timeout', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 38.3, 1955, now() - interval '67706 minutes'),
('call-01134', 'tenant-12', 'config-012', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 182.4, 137, now() - interval '56407 minutes'),
('call-01135', 'tenant-10', 'config-022', 'v1', 'failed', NULL, 'No, nada, gracias.', 'information_given', 63.6, 1243, now() - interval '31658 minutes'),
('call-01136', 'tenant-06', 'config-042', 'v1', 'completed', 'assistant-ended-call', 'Your reservation confirmed for two.', NULL, 90.9, 1865, now() - interval '35030 minutes'),
('call-01137', 'tenant-01', 'config-013', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 162.3, 1813, now() - interval '2383 minutes'),
('call-01138', 'tenant-04', 'config-016', 'v1', 'completed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, 429.3, 1880, now() - interval '91663 minutes'),
('call-01139', 'tenant-12', 'config-036', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 536.4, 746, now() - interval '64384 minutes'),
('call-01140', 'tenant-03', 'config-003', 'v1', 'completed', 'customer-ended-call', 'Order confirmed. Anything else?', NULL, 127.6, 180, now() - interval '111298 minutes'),
('call-01141', 'tenant-07', 'config-007', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', NULL, 350.2, 1690, now() - interval '120987 minutes'),
('call-01142', 'tenant-06', 'config-018', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 418.6, 1668, now() - interval '70309 minutes'),
('call-01143', 'tenant-02', 'config-026', 'v1', 'failed', 'customer-ended-call', 'Your reservation confirmed for two.', NULL, 455.0, 189, now() - interval '29694 minutes'),
('call-01144', 'tenant-03', 'config-039', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 0, 571, now() - interval '69212 minutes'),
('call-01145', 'tenant-07', 'config-007', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 577.9, 586, now() - interval '9658 minutes'),
('call-01146', 'tenant-05', 'config-005', 'v1', 'in-progress', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 215.3, 455, now() - interval '74698 minutes'),
('call-01147', 'tenant-11', 'config-035', 'v1', 'failed', 'assistant-ended-call', '', NULL, 257.2, 1133, now() - interval '10436 minutes'),
('call-01148', 'tenant-10', 'config-034', 'v1', 'failed', NULL, 'Buenas tardes.', NULL, 162.9, 1439, now() - interval '30472 minutes'),
('call-01149', 'tenant-02', 'config-014', 'v1', 'in-progress', NULL, 'Buenas tardes.', NULL, 536.7, 1357, now() - interval '87179 minutes'),
('call-01150', 'tenant-12', 'config-024', 'v1', 'completed', NULL, '¿A qué hora abren?
A las nueve.', NULL, 587.8, 1584, now() - interval '123057 minutes'),
('call-01151', 'tenant-10', 'config-022', 'v1', 'completed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 224.2, 189, now() - interval '57476 minutes'),
('call-01152', 'tenant-09', 'config-033', 'v1', 'in-progress', 'assistant-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 14.9, 657, now() - interval '83304 minutes'),
('call-01153', 'tenant-06', 'config-042', 'v1', 'completed', 'silence-timeout', 'Let me TRANSFER you.', 'order_created', 8.7, 448, now() - interval '16814 minutes'),
('call-01154', 'tenant-03', 'config-039', 'v1', 'completed', 'assistant-ended-call', 'Buenas tardes.', 'order_created', 441.0, 776, now() - interval '127623 minutes'),
('call-01155', 'tenant-08', 'config-008', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, 147.8, 1335, now() - interval '78135 minutes'),
('call-01156', 'tenant-02', 'config-002', 'v1', 'completed', NULL, 'Let me TRANSFER you.', NULL, 153.0, 431, now() - interval '74857 minutes'),
('call-01157', 'tenant-10', 'config-022', 'v1', 'completed', 'transferred', NULL, NULL, 468.4, 761, now() - interval '68415 minutes'),
('call-01158', 'tenant-10', 'config-010', 'v1', 'in-progress', 'silence-timeout', '', NULL, 116.0, 1894, now() - interval '19342 minutes'),
('call-01159', 'tenant-01', 'config-001', 'v1', 'completed', 'silence-timeout', 'Appointment scheduled, see you then.', NULL, 165.7, 1120, now() - interval '98813 minutes'),
('call-01160', 'tenant-05', 'config-017', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 182.8, 739, now() - interval '124423 minutes'),
('call-01161', 'tenant-05', 'config-017', 'v1', 'in-progress', 'customer-ended-call', 'Appointment scheduled, see you then.', NULL, 300.4, 579, now() - interval '43670 minutes'),
('call-01162', 'tenant-04', 'config-028', 'v1', 'in-progress', 'silence-timeout', NULL, NULL, 119.9, 902, now() - interval '61552 minutes'),
('call-01163', 'tenant-04', 'config-016', 'v1', 'completed', NULL, 'Pedido Confirmado: tres tacos al pastor.', NULL, 0, 559, now() - interval '32448 minutes'),
('call-01164', 'tenant-12', 'config-024', 'v1', 'in-progress', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 324.0, 1951, now() - interval '30066 minutes'),
('call-01165', 'tenant-06', 'config-042', 'v1', 'failed', 'silence-timeout', NULL, NULL, 87.1, 1945, now() - interval '67961 minutes'),
('call-01166', 'tenant-04', 'config-016', 'v1', 'completed', 'silence-timeout', 'Su cita agendada es el martes.
Gracias.', NULL, 249.3, 1385, now() - interval '23341 minutes'),
('call-01167', 'tenant-06', 'config-006', 'v1', 'in-progress', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 268.4, 1515, now() - interval '29511 minutes'),
('call-01168', 'tenant-09', 'config-033', 'v1', 'completed', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 443.4, 558, now() - interval '88190 minutes'),
('call-01169', 'tenant-01', 'config-037', 'v1', 'completed', 'assistant-ended-call', 'Buenas tardes.', NULL, 0, 642, now() - interval '28021 minutes'),
('call-01170', 'tenant-06', 'config-030', 'v1', 'in-progress', 'customer-ended-call', '¿A qué hora abren?
A las nueve.', NULL, 29.5, 1289, now() - interval '61273 minutes'),
('call-01171', 'tenant-02', 'config-014', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 398.1, 1168, now() - interval '56760 minutes'),
('call-01172', 'tenant-10', 'config-022', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 70.0, 494, now() - interval '96710 minutes'),
('call-01173', 'tenant-03', 'config-015', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 152.1, 884, now() - interval '26836 minutes'),
('call-01174', 'tenant-01', 'config-001', 'v1', 'completed', 'transferred', 'Order confirmed. Anything else?', NULL, 17.6, 1563, now() - interval '36849 minutes'),
('call-01175', 'tenant-08', 'config-032', 'v1', 'completed', 'assistant-ended-call', 'Appointment scheduled, see you then.', NULL, 520.4, 1334, now() - interval '52270 minutes'),
('call-01176', 'tenant-07', 'config-031', 'v1', 'completed', 'silence-timeout', 'Buenas tardes.', NULL, 108.5, 299, now() - interval '124780 minutes'),
('call-01177', 'tenant-04', 'config-040', 'v1', 'completed', NULL, 'Your reservation confirmed for two.', NULL, 191.9, 1360, now() - interval '99725 minutes'),
('call-01178', 'tenant-02', 'config-014', 'v1', 'completed', 'assistant-ended-call', 'Buenas tardes.', NULL, 343.8, 389, now() - interval '43542 minutes'),
('call-01179', 'tenant-07', 'config-031', 'v1', 'failed', 'transferred', '¿A qué hora abren?
A las nueve.', NULL, NULL, 1251, now() - interval '79311 minutes'),
('call-01180', 'tenant-08', 'config-032', 'v1', 'completed', 'assistant-ended-call', NULL, NULL, NULL, 850, now() - interval '96410 minutes'),
('call-01181', 'tenant-04', 'config-028', 'v1', 'in-progress', NULL, 'Appointment scheduled, see you then.', NULL, 289.9, 622, now() - interval '114359 minutes'),
('call-01182', 'tenant-10', 'config-010', 'v1', 'completed', 'silence-timeout', NULL, NULL, 550.1, 951, now() - interval '122551 minutes'),
('call-01183', 'tenant-09', 'config-045', 'v1', 'in-progress', 'customer-ended-call', NULL, NULL, 317.1, 109, now() - interval '66424 minutes'),
('call-01184', 'tenant-08', 'config-032', 'v1', 'in-progress', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 113.2, 1528, now() - interval '4489 minutes'),
('call-01185', 'tenant-12', 'config-012', 'v1', 'completed', 'customer-ended-call', NULL, NULL, 501.9, 1932, now() - interval '113444 minutes'),
('call-01186', 'tenant-11', 'config-035', 'v1', 'completed', NULL, 'Su cita agendada es el martes.
Gracias.', NULL, 592.9, 1880, now() - interval '62787 minutes'),
('call-01187', 'tenant-03', 'config-015', 'v1', 'in-progress', 'transferred', NULL, NULL, 200.0, 747, now() - interval '84011 minutes'),
('call-01188', 'tenant-06', 'config-018', 'v1', 'failed', 'customer-ended-call', 'Pedido Confirmado: tres tacos al pastor.', NULL, 147.6, 1523, now() - interval '125786 minutes'),
('call-01189', 'tenant-04', 'config-004', 'v1', 'in-progress', 'transferred', 'Pedido Confirmado: tres tacos al pastor.', NULL, 423.6, 859, now() - interval '58723 minutes'),
('call-01190', 'tenant-07', 'config-043', 'v1', 'completed', 'assistant-ended-call', '', NULL, 138.7, 450, now() - interval '94173 minutes'),
('call-01191', 'tenant-09', 'config-009', 'v1', 'failed', 'transferred', 'Order confirmed. Anything else?', NULL, 223.2, 1163, now() - interval '6475 minutes'),
('call-01192', 'tenant-05', 'config-029', 'v1', 'completed', 'transferred', 'No, nada, gracias.', 'order_created', 316.6, 944, now() - interval '89957 minutes'),
('call-01193', 'tenant-07', 'config-043', 'v1', 'in-progress', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 12.8, 869, now() - interval '36959 minutes'),
('call-01194', 'tenant-12', 'config-036', 'v1', 'in-progress', 'assistant-ended-call', '', NULL, 34.9, 691, now() - interval '78288 minutes'),
('call-01195', 'tenant-01', 'config-001', 'v1', 'in-progress', 'transferred', '', NULL, 0, 1158, now() - interval '112464 minutes'),
('call-01196', 'tenant-02', 'config-002', 'v1', 'in-progress', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 489.9, 1630, now() - interval '113877 minutes'),
('call-01197', 'tenant-06', 'config-042', 'v1', 'in-progress', 'transferred', 'Your reservation confirmed for two.', NULL, 223.6, 826, now() - interval '61019 minutes'),
('call-01198', 'tenant-01', 'config-013', 'v1', 'failed', 'transferred', 'Su cita agendada es el martes.
Gracias.', NULL, 225.6, 469, now() - interval '23109 minutes'),
('call-01199', 'tenant-04', 'config-004', 'v1', 'in-progress', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 195.9, 1101, now() - interval '96078 minutes'),
('call-01200', 'tenant-05', 'config-017', 'v1', 'in-progress', 'transferred', 'Lo voy a transferir con una persona.', 'order_created', 295.0, 1000, now() - interval '69712 minutes'),
('call-01201', 'tenant-08', 'config-020', 'v1', 'in-progress', 'assistant-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 176.4, 670, now() - interval '13705 minutes'),
('call-01202', 'tenant-08', 'config-032', 'v1', 'in-progress', 'assistant-ended-call', '', NULL, 172.9, 767, now() - interval '33190 minutes'),
('call-01203', 'tenant-08', 'config-032', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 310.9, 910, now() - interval '128933 minutes'),
('call-01204', 'tenant-06', 'config-042', 'v1', 'in-progress', 'customer-ended-call', 'Buenas tardes.', NULL, 0, 785, now() - interval '81759 minutes'),
('call-01205', 'tenant-02', 'config-014', 'v1', 'in-progress', NULL, 'Lo voy a transferir con una persona.', NULL, 268.8, 1747, now() - interval '115797 minutes'),
('call-01206', 'tenant-09', 'config-045', 'v1', 'completed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 357.9, 223, now() - interval '33752 minutes'),
('call-01207', 'tenant-07', 'config-043', 'v1', 'completed', NULL, 'Order confirmed. Anything else?', NULL, 290.1, 1696, now() - interval '67120 minutes'),
('call-01208', 'tenant-09', 'config-045', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 343.4, 1592, now() - interval '90229 minutes'),
('call-01209', 'tenant-12', 'config-036', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, NULL, 1014, now() - interval '73798 minutes'),
('call-01210', 'tenant-06', 'config-030', 'v1', 'failed', 'transferred', 'Su cita agendada es el martes.
Gracias.', 'information_given', 82.1, 1459, now() - interval '655 minutes'),
('call-01211', 'tenant-12', 'config-012', 'v1', 'completed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 400.5, 433, now() - interval '10758 minutes'),
('call-01212', 'tenant-08', 'config-020', 'v1', 'completed', 'customer-ended-call', 'Let me TRANSFER you.', NULL, 574.8, 605, now() - interval '50467 minutes'),
('call-01213', 'tenant-10', 'config-034', 'v1', 'failed', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 315.3, 138, now() - interval '48174 minutes'),
('call-01214', 'tenant-08', 'config-044', 'v1', 'completed', NULL, 'Appointment scheduled, see you then.', NULL, 210.9, 278, now() - interval '90209 minutes'),
('call-01215', 'tenant-04', 'config-028', 'v1', 'failed', 'customer-ended-call', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', 'order_created', 231.6, 1246, now() - interval '60726 minutes'),
('call-01216', 'tenant-04', 'config-040', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 68.6, 190, now() - interval '54250 minutes'),
('call-01217', 'tenant-11', 'config-023', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 460.8, 381, now() - interval '94649 minutes'),
('call-01218', 'tenant-04', 'config-016', 'v1', 'failed', 'assistant-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 125.7, 130, now() - interval '45830 minutes'),
('call-01219', 'tenant-08', 'config-008', 'v1', 'completed', 'transferred', 'No, nada, gracias.', NULL, 13.3, 1037, now() - interval '32555 minutes'),
('call-01220', 'tenant-12', 'config-036', 'v1', 'failed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 514.2, 1746, now() - interval '41978 minutes'),
('call-01221', 'tenant-04', 'config-040', 'v1', 'completed', NULL, 'Buenas tardes.', NULL, 394.0, 303, now() - interval '117890 minutes'),
('call-01222', 'tenant-01', 'config-013', 'v1', 'in-progress', 'transferred', 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 201.0, 1325, now() - interval '79542 minutes'),
('call-01223', 'tenant-05', 'config-005', 'v1', 'completed', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 389.4, 1499, now() - interval '76857 minutes'),
('call-01224', 'tenant-06', 'config-042', 'v1', 'in-progress', 'customer-ended-call', 'Su cita agendada es el martes.
Gracias.', NULL, 577.6, 1866, now() - interval '13176 minutes'),
('call-01225', 'tenant-09', 'config-033', 'v1', 'in-progress', 'silence-timeout', 'Your reservation confirmed for two.', NULL, 151.6, 471, now() - interval '57681 minutes'),
('call-01226', 'tenant-04', 'config-016', 'v1', 'in-progress', 'customer-ended-call', NULL, NULL, 0, 736, now() - interval '97067 minutes'),
('call-01227', 'tenant-06', 'config-042', 'v1', 'completed', 'customer-ended-call', 'Lo voy a transferir con una persona.', NULL, 439.4, 167, now() - interval '28751 minutes'),
('call-01228', 'tenant-07', 'config-007', 'v1', 'failed', 'silence-timeout', 'Lo voy a transferir con una persona.', NULL, 242.4, 1901, now() - interval '41293 minutes'),
('call-01229', 'tenant-05', 'config-041', 'v1', 'completed', 'transferred', 'Appointment scheduled, see you then.', NULL, 128.7, 170, now() - interval '24522 minutes'),
('call-01230', 'tenant-05', 'config-017', 'v1', 'completed', 'silence-timeout', 'Order confirmed. Anything else?', NULL, 34.6, 249, now() - interval '116094 minutes'),
('call-01231', 'tenant-09', 'config-033', 'v1', 'in-progress', 'silence-timeout', '¿A qué hora abren?
A las nueve.', NULL, 422.4, 1291, now() - interval '80342 minutes'),
('call-01232', 'tenant-04', 'config-004', 'v1', 'completed', 'assistant-ended-call', 'Let me TRANSFER you.', NULL, 496.6, 600, now() - interval '10791 minutes'),
('call-01233', 'tenant-07', 'config-031', 'v1', 'completed', 'silence-timeout', 'No, nada, gracias.', NULL, 0, 1827, now() - interval '116423 minutes'),
('call-01234', 'tenant-02', 'config-038', 'v1', 'completed', NULL, 'Cliente: quiero una mesa.
Agente: ¡RESERVACIÓN CONFIRMADA!', NULL, 146.0, 897, now() - interval '84463 minutes');
COMMIT;
