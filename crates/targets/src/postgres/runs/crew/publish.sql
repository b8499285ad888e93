INSERT INTO sunset.work (run, stage, number, task)
SELECT $1, stage, number, task::jsonb
  FROM unnest($2::integer[], $3::integer[], $4::text[]) AS unit (stage, number, task)
