-- What our tables do when CKAN's own actions write rows (datastore_upsert).

-- The terms of a row that CKAN's own actions write (datastore_upsert): pairs of Japanese characters, whole Latin words.
-- The same cut as packages/terms.py, which makes the terms of all rows that are loaded; a test compares the two.
CREATE FUNCTION {terms}() RETURNS trigger AS $body$
BEGIN
    -- An update that does not speak of the terms keeps the old ones, which no longer fit.
    IF NEW._full_text IS NOT NULL AND (TG_OP = 'INSERT' OR NEW._full_text IS DISTINCT FROM OLD._full_text) THEN
        RETURN NEW;
    END IF;
    NEW._full_text := (
        SELECT array_to_tsvector(coalesce(array_agg(DISTINCT term), '{}'))
        FROM json_each_text(row_to_json(NEW.*)) AS cell,
             regexp_matches(left(lower(normalize(cell.value, NFKC)), 80000), '{run}', 'g') AS run,
             LATERAL (
                 SELECT left(run[1], 500) AS term WHERE ascii(run[1]) < 128
                 UNION ALL
                 SELECT substr(run[1], place, 2) FROM generate_series(1, length(run[1])) AS place WHERE ascii(run[1]) >= 128
             ) AS terms
        WHERE cell.key NOT LIKE '\_%'
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
