// SPDX-License-Identifier: Apache-2.0
//
// Spans as one flat Parquet table; docs/formats/export.md has its columns. Rows are gathered in a DuckDB file beside
// the target, because Parquet is written by column: neither is held in memory. The file has its name when it is whole.

import duckdb from '@duckdb/node-bindings';
import { attributesJson } from './attribute-json.ts';
import { decodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import { rename, rm } from 'node:fs/promises';
import { attachSql, Database, execute } from '../blocks/database.ts';
import { sqlText } from '../schema/tables.ts';

const MEMORY_BYTES = 512_000_000;
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUSES = ['UNSET', 'OK', 'ERROR'];
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;

type Cell = string | bigint | number | null;

/** The columns as they are gathered: name, type, value. */
const columns: readonly (readonly [
  name: string,
  type: 'VARCHAR' | 'UBIGINT' | 'UINTEGER',
  value: (span: Span) => Cell,
])[] = [
  ['trace_id', 'VARCHAR', ({ traceId }) => traceId],
  ['span_id', 'VARCHAR', ({ spanId }) => spanId],
  ['parent_span_id', 'VARCHAR', ({ parentSpanId }) => orNull(parentSpanId)],
  ['name', 'VARCHAR', ({ name }) => name],
  ['kind', 'VARCHAR', ({ kind }) => KINDS[kind] ?? String(kind)],
  ['service_name', 'VARCHAR', serviceName],
  ['start_unix_nano', 'UBIGINT', ({ startUnixNano }) => startUnixNano],
  ['end_unix_nano', 'UBIGINT', ({ endUnixNano }) => endUnixNano],
  ['status_code', 'VARCHAR', ({ statusCode }) => STATUSES[statusCode] ?? String(statusCode)],
  ['status_message', 'VARCHAR', ({ statusMessage }) => orNull(statusMessage)],
  ['span_attributes', 'VARCHAR', ({ attributes }) => attributesJson(attributes)],
  ['resource_attributes', 'VARCHAR', ({ resource }) => attributesJson(resource.attributes)],
  ['scope_name', 'VARCHAR', ({ scope }) => orNull(scope.name)],
  ['scope_version', 'VARCHAR', ({ scope }) => orNull(scope.version)],
  ['scope_attributes', 'VARCHAR', ({ scope }) => attributesJson(scope.attributes)],
  ['events', 'VARCHAR', eventsJson],
  ['links', 'VARCHAR', linksJson],
  ['trace_state', 'VARCHAR', ({ traceState }) => orNull(traceState)],
  ['flags', 'UINTEGER', ({ flags }) => flags],
  ['resource_schema_url', 'VARCHAR', ({ resource }) => orNull(resource.schemaUrl)],
  ['scope_schema_url', 'VARCHAR', ({ scope }) => orNull(scope.schemaUrl)],
  ['dropped_attributes_count', 'UINTEGER', ({ droppedAttributesCount }) => droppedAttributesCount],
  ['dropped_events_count', 'UINTEGER', ({ droppedEventsCount }) => droppedEventsCount],
  ['dropped_links_count', 'UINTEGER', ({ droppedLinksCount }) => droppedLinksCount],
];

/** The columns as they are written: times also as timestamps, where those can hold them. */
const written = columns
  .flatMap(([name]) => {
    switch (name) {
      case 'start_unix_nano':
        return [`${timestampSql(name)} AS start_time`, `${timestampSql('end_unix_nano')} AS end_time`, name];
      case 'end_unix_nano':
        return [
          name,
          'CASE WHEN end_unix_nano > start_unix_nano THEN end_unix_nano - start_unix_nano ELSE 0 END::UBIGINT AS duration_nano',
        ];
      default:
        return [name];
    }
  })
  .join(', ');

/** Written in order; a file that was not closed is not there. */
export interface ParquetFile {
  /** Adds the spans of an OTLP TracesData message. Throws MalformedRequestError. */
  add(tracesData: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** Opens a file that does not need to be there; one that is will be replaced. Rejects with DuckDB's error. */
export async function openParquetFile(path: string): Promise<ParquetFile> {
  const part = `${path}.part`;
  const rows = `${path}.part.duckdb`;
  const leftovers = [part, rows, `${rows}.wal`, `${path}.part.tmp`];
  const removeLeftovers = async (): Promise<void> => {
    await Promise.all(leftovers.map((file) => rm(file, { recursive: true, force: true })));
  };
  await removeLeftovers();
  const database = await Database.open({
    memoryLimitBytes: MEMORY_BYTES,
    threads: 2,
    tempDirectory: `${path}.part.tmp`,
  });
  let appender: duckdb.Appender;
  const connection = await database.connect();
  try {
    await execute(connection, attachSql(rows, 'rows', false));
    await execute(
      connection,
      `CREATE TABLE rows.spans (${columns.map(([name, type]) => `${name} ${type}`).join(', ')})`
    );
    appender = duckdb.appender_create_ext(connection, 'rows', 'main', 'spans');
  } catch (error) {
    database.close();
    await removeLeftovers();
    throw error;
  }
  const end = async (): Promise<void> => {
    database.close();
    await removeLeftovers();
  };
  return {
    add: (tracesData) => {
      for (const span of decodeSpans(tracesData)) {
        for (const [, type, value] of columns) {
          append(appender, type, value(span));
        }
        duckdb.appender_end_row(appender);
      }
      duckdb.appender_flush_sync(appender);
      return Promise.resolve();
    },
    close: async () => {
      duckdb.appender_close_sync(appender);
      try {
        await execute(
          connection,
          `COPY (SELECT ${written} FROM rows.spans) TO ${sqlText(part)} (FORMAT parquet, COMPRESSION zstd)`
        );
        await rename(part, path);
      } finally {
        await end();
      }
    },
    discard: end,
  };
}

function append(appender: duckdb.Appender, type: string, value: Cell): void {
  if (value === null) {
    duckdb.append_null(appender);
  } else if (typeof value === 'string') {
    duckdb.append_varchar(appender, value);
  } else if (type === 'UBIGINT') {
    duckdb.append_uint64(appender, BigInt(value));
  } else {
    duckdb.append_uint32(appender, Number(value));
  }
}

function timestampSql(column: string): string {
  return `CASE WHEN ${column} <= ${MAX_INT64} THEN make_timestamp_ns(${column}::BIGINT) END`;
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

function serviceName({ resource }: Span): string | null {
  const value = resource.attributes.find(({ key }) => key === 'service.name')?.value;
  return typeof value === 'string' ? value : null;
}

function eventsJson({ events }: Span): string {
  const items = events.map(
    ({ timeUnixNano, name, attributes, droppedAttributesCount }) =>
      `{"time_unix_nano":${timeUnixNano},"name":${JSON.stringify(name)},"attributes":${attributesJson(attributes)},"dropped_attributes_count":${droppedAttributesCount}}`
  );
  return `[${items.join(',')}]`;
}

function linksJson({ links }: Span): string {
  const items = links.map(
    ({ traceId, spanId, traceState, attributes, flags, droppedAttributesCount }) =>
      `{"trace_id":"${traceId}","span_id":"${spanId}","trace_state":${JSON.stringify(traceState)},"attributes":${attributesJson(attributes)},"flags":${flags},"dropped_attributes_count":${droppedAttributesCount}}`
  );
  return `[${items.join(',')}]`;
}
