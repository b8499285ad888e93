-- Every statement that inserts conversations counts in a row of a partitioned table, as a trigger of
-- V3's own might. Where somebody moves that row to the other partition meanwhile, the server cannot
-- follow it and fails the statement, whatever the isolation level: a serialization failure (40001) of
-- its own. A sequence counts them, for what is rolled back is not seen any more.
CREATE TABLE public.tally (room int, id int, n bigint) PARTITION BY LIST (room);
CREATE TABLE public.tally_1 PARTITION OF public.tally FOR VALUES IN (1);
CREATE TABLE public.tally_2 PARTITION OF public.tally FOR VALUES IN (2);
INSERT INTO public.tally VALUES (1, 1, 0);
CREATE SEQUENCE public.failures;
CREATE FUNCTION public.counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.tally SET n = n + 1 WHERE id = 1;
    RETURN NULL;
EXCEPTION WHEN serialization_failure THEN
    PERFORM nextval('public.failures');
    RAISE;
END $$;
CREATE TRIGGER counted AFTER INSERT ON public.conversations
    FOR EACH STATEMENT EXECUTE FUNCTION public.counted();
