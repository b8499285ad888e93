SELECT key, source_uri, url, found FROM sunset.object_intents WHERE target = $1 AND key = ANY ($2)
