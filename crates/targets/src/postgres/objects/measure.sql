INSERT INTO sunset.object_parts (source_uri, number, generation, size, part_size, md5, state)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (source_uri, number)
DO UPDATE SET generation = excluded.generation, size = excluded.size,
              part_size = excluded.part_size, md5 = excluded.md5, state = excluded.state
