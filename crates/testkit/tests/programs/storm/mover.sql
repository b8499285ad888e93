-- Somebody who moves the row of `moving.sql` three times, each time under somebody who waits for it.
DO $$
DECLARE
    begun timestamptz := clock_timestamp();
BEGIN
    FOR turn IN 1..3 LOOP
        UPDATE public.tally SET room = 3 - room WHERE id = 1;
        WHILE NOT EXISTS (SELECT FROM pg_locks
                          WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))) LOOP
            IF clock_timestamp() > begun + interval '2 minutes' THEN
                RAISE EXCEPTION 'nobody waits in turn %', turn;
            END IF;
            PERFORM pg_sleep(0.01);
        END LOOP;
        COMMIT;
    END LOOP;
END $$
