-- Keys under which something is stored or may be, a page of them.
SELECT key FROM sunset.objects
 WHERE key > $2 AND (target = $1 OR target IS NULL) AND state <> 'listed'
UNION
SELECT key FROM sunset.object_intents WHERE target = $1 AND key > $2
 ORDER BY key LIMIT $3
