SELECT collection AS first, state AS second, count(*) AS count
  FROM sunset.items GROUP BY collection, state
