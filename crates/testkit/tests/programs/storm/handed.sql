-- Every unit that goes from one hand to another.
CREATE TABLE public.handed (
    stage   integer NOT NULL,
    number  integer NOT NULL,
    was     bigint,
    becomes bigint,
    at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION public.hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.handed (stage, number, was, becomes)
    VALUES (NEW.stage, NEW.number, OLD.worker, NEW.worker);
    RETURN NULL;
END $$;

CREATE TRIGGER hand AFTER UPDATE ON sunset.work
    FOR EACH ROW WHEN (OLD.worker IS DISTINCT FROM NEW.worker) EXECUTE FUNCTION public.hand();
