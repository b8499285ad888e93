-- The first backup of a sort ($2) that an attempt which was broken off took, within a day: of the
-- same program and plan as this run ($1), and behind it nothing was done or taken back.
SELECT b.id
  FROM sunset.runs AS this
  JOIN sunset.runs AS r ON r.plan = this.plan AND r.program = this.program AND r.id < this.id
  JOIN sunset.backups AS b ON b.run = r.id
 WHERE this.id = $1 AND b.sort = $2 AND r.state IN ('interrupted', 'failed')
   AND b.taken_at > clock_timestamp() - interval '1 day'
   AND (b.branch IS NOT NULL OR to_regnamespace(quote_ident(b.schema_name)) IS NOT NULL)
   AND NOT EXISTS (SELECT FROM sunset.runs AS d
                    WHERE d.id > r.id AND d.id < this.id AND d.state IN ('done', 'rolled_back'))
 ORDER BY b.taken_at
 LIMIT 1
