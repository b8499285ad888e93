-- What the URLs of stored recordings begin with.
SELECT left(url, -length(key)) AS base FROM sunset.objects
 WHERE (target = $1 OR target IS NULL) AND url IS NOT NULL AND right(url, length(key)) = key
UNION
SELECT left(url, -length(key)) FROM sunset.object_intents
 WHERE target = $1 AND right(url, length(key)) = key
