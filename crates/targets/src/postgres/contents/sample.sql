SELECT {key} AS item FROM {table} AS t WHERE NOT ({seen}) LIMIT 20
