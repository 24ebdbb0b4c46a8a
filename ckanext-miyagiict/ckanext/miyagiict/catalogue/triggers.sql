-- What our tables do when CKAN's own actions write rows (datastore_upsert).

-- The text a row is found by, as packages/search_text.py makes it of rows that are loaded; a test compares the two.
CREATE FUNCTION {search_text}() RETURNS trigger AS $body$
BEGIN
    NEW._search_text := (
        SELECT lower(normalize(coalesce(string_agg(cell.value, ' '), ''), NFKC))
        FROM json_each_text(row_to_json(NEW.*)) AS cell
        WHERE cell.key NOT LIKE '\_%' AND cell.value <> ''
    );
    RETURN NEW;
END;
$body$ LANGUAGE plpgsql;

-- Rows that others wrote: the table is no longer what it was made from. Its comment says so, which makes publishing load it again,
-- and gives downloads of its parts a new name.
CREATE FUNCTION {changed}() RETURNS trigger AS $body$
DECLARE
    mark text := '{mark}changed:' || pg_current_xact_id()::text;
BEGIN
    IF obj_description(TG_RELID, 'pg_class') IS DISTINCT FROM mark THEN
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', TG_TABLE_SCHEMA, TG_TABLE_NAME, mark);
    END IF;
    RETURN NULL;
END;
$body$ LANGUAGE plpgsql;
