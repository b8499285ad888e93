INSERT INTO sunset.ledger (scripts, target) VALUES ($1, $2)
ON CONFLICT (single) DO UPDATE SET scripts = excluded.scripts
