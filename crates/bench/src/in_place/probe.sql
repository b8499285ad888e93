-- Another client of the database: it writes single rows until it is stopped, and leaves its
-- longest wait in a table.
CREATE UNLOGGED TABLE IF NOT EXISTS waits (longest interval);
INSERT INTO waits VALUES (interval '0');
SELECT set_config('bench.customers', :'n', false);
DO $$
DECLARE who uuid;
        begun timestamptz;
        found interval;
        longest interval := '0';
BEGIN
    LOOP
        -- Chosen before: in the condition it would be chosen anew for every row, and all be read.
        who := md5((1 + trunc(random() * current_setting('bench.customers')::int))::int::text)::uuid;
        begun := clock_timestamp();
        UPDATE "Customer" SET name = name WHERE id = who;
        COMMIT;
        found := clock_timestamp() - begun;
        IF found > longest THEN
            longest := found;
            UPDATE waits SET longest = greatest(waits.longest, found);
            COMMIT;
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
END $$;
