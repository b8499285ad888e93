DECLARE
    besides text;
    changing record;
    again text[] := '{}';
    statement text;
    given bigint := 0;
BEGIN
    IF EXISTS (SELECT 1 FROM {table} AS t WHERE {due}) THEN
        -- Other columns of these rows, where a trigger changed them and nobody has since.
        SELECT string_agg(format(', %1$I = CASE WHEN (o.value::jsonb -> ''was'') ? %2$L AND (o.value::jsonb -> ''left'' ->> %2$L) IS NOT DISTINCT FROM t.%1$I::text'
                                 ' THEN (o.value::jsonb -> ''was'' ->> %2$L)::%3$s ELSE t.%1$I END',
                                 a.attname, a.attname, format_type(a.atttypid, a.atttypmod)), '' ORDER BY a.attnum)
          INTO besides
          FROM pg_attribute AS a
         WHERE a.attrelid = {relation}::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
           AND a.attname IN (SELECT jsonb_object_keys(k.value::jsonb -> 'was')
                               FROM (SELECT t.id::text AS row_id FROM {table} AS t WHERE {due} OFFSET 0) AS p
                               JOIN sunset.schema_kept AS k
                                 ON k.step = current_setting('sunset.step')::bigint AND k.row_id = p.row_id AND k.column_name = '');
        -- Triggers that would change these rows once more, on their way back to what they were.
        FOR changing IN SELECT tgname, tgenabled FROM pg_trigger
                         WHERE tgrelid = {relation}::regclass AND NOT tgisinternal
                           AND tgenabled IN ('O', 'A') AND tgtype & 19 = 19
        LOOP
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', {relation}, changing.tgname);
            again := again || format('ALTER TABLE %s ENABLE %sTRIGGER %I', {relation},
                                     CASE changing.tgenabled WHEN 'A' THEN 'ALWAYS ' ELSE '' END, changing.tgname);
        END LOOP;
        EXECUTE {set} || coalesce(besides, '') || {from}
            || CASE WHEN besides IS NULL THEN '' ELSE
                   ' LEFT JOIN sunset.schema_kept AS o ON o.step = k.step AND o.row_id = k.row_id AND o.column_name = ''''' END
            || ' WHERE {at}';
        GET DIAGNOSTICS given = ROW_COUNT;
        SET CONSTRAINTS ALL IMMEDIATE;
        FOREACH statement IN ARRAY again LOOP
            EXECUTE statement;
        END LOOP;
    END IF;
    PERFORM set_config('sunset.given', given::text, true);
END
