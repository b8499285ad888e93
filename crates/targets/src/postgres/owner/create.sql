INSERT INTO public."user" (id, name, email, email_verified, created_at, updated_at)
VALUES ($1, $2, $3, true, now(), now())
ON CONFLICT DO NOTHING
