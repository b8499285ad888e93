(SELECT CASE
    WHEN said.text LIKE '%reservacion confirmada%' OR said.text LIKE '%reservation confirmed%' THEN 'reservation_created'
    WHEN said.text LIKE '%cita agendada%' OR said.text LIKE '%appointment scheduled%' THEN 'appointment_created'
    WHEN said.text LIKE '%pedido confirmado%' OR said.text LIKE '%order confirmed%' THEN 'order_created'
    WHEN said.text LIKE '%transferir%' OR said.text LIKE '%transfer%' OR t.ended_reason = 'transferred' THEN 'transferred_to_human'
    WHEN t.status = 'completed' THEN 'information_given'
    WHEN t.status = 'failed' THEN 'failed'
    WHEN t.ended_reason = 'customer-ended-call' THEN 'customer_hangup'
    WHEN t.ended_reason = 'silence-timeout' THEN 'timeout'
    ELSE 'unknown'
END FROM (SELECT lower(regexp_replace(normalize(coalesce(t.transcript, ''), NFD) COLLATE "C", '[\u0300-\u036f]', '', 'g')) AS text) AS said)
