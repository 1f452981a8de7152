/** The patterns of an audited table in PostgreSQL that a ledger is compared with. */

export const KEY_COUNT = 1_000_000;

/** Old and new row, with transaction, time and user, by a trigger. */
const AUDIT = `
  CREATE TABLE audited (k bigint PRIMARY KEY, doc jsonb NOT NULL);
  CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, txid bigint NOT NULL, at timestamptz NOT NULL, by_user text NOT NULL, operation text NOT NULL,
    old_row jsonb, new_row jsonb
  );
  CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO audit_log (txid, at, by_user, operation, old_row, new_row)
    VALUES (txid_current(), clock_timestamp(), current_user, TG_OP, to_jsonb(OLD), to_jsonb(NEW));
    RETURN NULL;
  END $$;
  CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON audited FOR EACH ROW EXECUTE FUNCTION write_audit();`;

/** The same, and the hash of each row chained to the one before through one locked head row. */
const HASH_CHAIN = `
  CREATE TABLE chained (k bigint PRIMARY KEY, doc jsonb NOT NULL);
  CREATE TABLE chain_head (only_one bool PRIMARY KEY DEFAULT true CHECK (only_one), hash bytea NOT NULL);
  INSERT INTO chain_head (hash) VALUES (sha256(''::bytea));
  CREATE TABLE chain_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, txid bigint NOT NULL, at timestamptz NOT NULL, by_user text NOT NULL, operation text NOT NULL,
    old_row jsonb, new_row jsonb, previous_hash bytea NOT NULL, hash bytea NOT NULL
  );
  CREATE FUNCTION write_chain() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    previous bytea;
    chained_hash bytea;
  BEGIN
    SELECT h.hash INTO previous FROM chain_head AS h FOR UPDATE;
    chained_hash := sha256(previous || sha256(convert_to(coalesce(to_jsonb(OLD)::text, '') || to_jsonb(NEW)::text, 'UTF8')));
    INSERT INTO chain_log (txid, at, by_user, operation, old_row, new_row, previous_hash, hash)
    VALUES (txid_current(), clock_timestamp(), current_user, TG_OP, to_jsonb(OLD), to_jsonb(NEW), previous, chained_hash);
    UPDATE chain_head SET hash = chained_hash;
    RETURN NULL;
  END $$;
  CREATE TRIGGER chain AFTER INSERT OR UPDATE ON chained FOR EACH ROW EXECUTE FUNCTION write_chain();`;

export const SCHEMA = AUDIT + HASH_CHAIN;

/** One transaction for pgbench: look the key up, write the document under it. */
export const transactionOn = (table: 'audited' | 'chained'): string => `
  \\set k random(1, ${KEY_COUNT})
  BEGIN;
  SELECT doc FROM ${table} WHERE k = :k;
  INSERT INTO ${table} (k, doc) VALUES (:k, :document) ON CONFLICT (k) DO UPDATE SET doc = EXCLUDED.doc;
  COMMIT;`;
