-- A client that has nothing to do with the table that is changed: it writes a row of its own until
-- it is stopped, and leaves its longest wait in a table. What it waits for is the server's disk.
CREATE TABLE IF NOT EXISTS bystander (written bigint);
TRUNCATE bystander;
INSERT INTO bystander VALUES (0);
CREATE UNLOGGED TABLE IF NOT EXISTS bystander_waits (longest interval);
INSERT INTO bystander_waits VALUES (interval '0');
DO $$
DECLARE begun timestamptz;
        found interval;
        longest interval := '0';
BEGIN
    LOOP
        begun := clock_timestamp();
        UPDATE bystander SET written = written + 1;
        COMMIT;
        found := clock_timestamp() - begun;
        IF found > longest THEN
            longest := found;
            UPDATE bystander_waits SET longest = greatest(bystander_waits.longest, found);
            COMMIT;
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
END $$;
