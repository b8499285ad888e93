-- What was taken back leaves the set; $2 stays, and so does what the scope ($3) does not cover.
UPDATE sunset.changes AS c
   SET keys = ARRAY(SELECT k.key FROM unnest(c.keys) WITH ORDINALITY AS k (key, place)
                     WHERE k.key = ANY ($2) OR ($3::text[] IS NOT NULL AND k.key <> ALL ($3))
                     ORDER BY k.place)
 WHERE c.id = $1
