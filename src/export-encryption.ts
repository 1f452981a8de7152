import { aws_kms as kms } from 'aws-cdk-lib';

/** How S3 encrypts the objects of an export. */
export class ExportEncryption {
  /**
   * With a KMS key.
   * @param key the key; without one, the archive's.
   */
  public static kms(key?: kms.IKeyRef): ExportEncryption {
    return new ExportEncryption(KMS, key);
  }

  /** With keys that S3 manages. */
  public static s3Managed(): ExportEncryption {
    return new ExportEncryption('SSE_S3');
  }

  /** Not asked for by the export: what the bucket does by default applies. */
  public static none(): ExportEncryption {
    return new ExportEncryption('NO_ENCRYPTION');
  }

  private constructor(
    /** QLDB's name of the choice: `SSE_KMS`, `SSE_S3` or `NO_ENCRYPTION`. */
    public readonly objectEncryptionType: string,
    /**
     * The key, if one was named.
     * @default - no key, or the archive's
     */
    public readonly encryptionKey?: kms.IKeyRef,
  ) {}
}

const KMS = 'SSE_KMS';

/** The key that objects are encrypted with: the choice's own or, under KMS, the archive's; undefined without KMS. */
export function exportKey(encryption: ExportEncryption, archiveKey: kms.IKeyRef | undefined): kms.IKeyRef | undefined {
  return encryption.objectEncryptionType === KMS ? encryption.encryptionKey ?? archiveKey : undefined;
}

/** What is wrong with a choice that came out at `key`, or undefined. */
export function encryptionProblem(encryption: ExportEncryption, key: kms.IKeyRef | undefined): string | undefined {
  return encryption.objectEncryptionType === KMS && key === undefined
    ? 'encryption SSE_KMS has no key, and the archive knows none: use ExportEncryption.kms(key), '
      + 'import the bucket with its encryptionKey, or choose ExportEncryption.s3Managed()'
    : undefined;
}
