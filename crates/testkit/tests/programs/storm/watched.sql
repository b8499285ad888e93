-- Every row of V3 that is written, changed or removed for good, whoever does it and how often.
CREATE TABLE public.watched (act text NOT NULL, name text NOT NULL, id text NOT NULL);

CREATE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.watched (act, name, id)
    VALUES (TG_OP, TG_TABLE_NAME, CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END);
    RETURN NULL;
END $$;

CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON public.opportunities
    FOR EACH ROW EXECUTE FUNCTION public.watch();
CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON public.conversations
    FOR EACH ROW EXECUTE FUNCTION public.watch();
CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON public.meddic_analyses
    FOR EACH ROW EXECUTE FUNCTION public.watch();
