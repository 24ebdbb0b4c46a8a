-- The terms of a row that CKAN's own actions write (datastore_upsert): pairs of Japanese characters, whole Latin words.
-- The same cut as packages/terms.py, which makes the terms of all rows that are loaded; a test compares the two.
CREATE FUNCTION {name}() RETURNS trigger AS $body$
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
