export { openEmbeddedService, startLedgerService } from './embedded';
export type { EmbeddedService, EmbeddedServiceOptions, LedgerServiceOptions, RunningLedgerService } from './embedded';
export { serveHttp, type HttpFront, type HttpFrontOptions } from './http-front';
export { LEDGER_NAME } from './input/qldb-shapes';
export { OPERATIONS } from './operations';
export { s3ExportSource, type S3Place } from './s3-export-source';
export type { ServiceLog } from './service-log';
export { createWire, type Handle, type WireOptions } from './wire';
export { REQUEST_BYTES_MAX, type WireRequest, type WireResponse } from './wire-message';
