-- Another client of the database: it writes single rows until it is stopped, and leaves its
-- longest wait in a table.
CREATE UNLOGGED TABLE IF NOT EXISTS waits (longest interval);
INSERT INTO waits VALUES (interval '0');
SELECT set_config('bench.customers', :'n', false);
DO $$
DECLARE begun timestamptz;
        found interval;
        longest interval := '0';
BEGIN
    LOOP
        begun := clock_timestamp();
        UPDATE "Customer" SET name = name
         WHERE id = md5((1 + trunc(random() * current_setting('bench.customers')::int))::int::text)::uuid;
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
