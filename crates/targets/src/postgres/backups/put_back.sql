-- How many rows of a table are not in the copy, and of the copy not in the table, all columns
-- compared as texts.
WITH live AS (SELECT t::text AS cells FROM (SELECT {columns} FROM {relation}) AS t),
     held AS (SELECT t::text AS cells FROM (SELECT {columns} FROM {copy}) AS t)
SELECT (SELECT count(*) FROM (TABLE live EXCEPT ALL TABLE held) AS going) AS going,
       (SELECT count(*) FROM (TABLE held EXCEPT ALL TABLE live) AS coming) AS coming
