// SPDX-License-Identifier: Apache-2.0
//
// Serves the console: the files of packages/console/dist, read once at the start. Only names found there
// are served, so no path can lead out of the folder. Files with a hash in their name never change;
// index.html is revalidated by its ETag, and gets the path prefix in its <base>.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** One file as it is sent. */
export interface StaticFile {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag: string;
  readonly body: Buffer;
  /** Absent where compression does not pay. */
  readonly gzipped?: Buffer;
}

/** The files by their path from the console's base, without a leading slash. */
export interface StaticFiles {
  readonly index?: StaticFile;
  readonly files: ReadonlyMap<string, StaticFile>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/**
 * What pages of this origin may do. Scripts only from files of ours, none inline. Styles may be inline,
 * because emotion, which @grafana/ui is styled with, writes style elements at run time and the page has no
 * channel for a nonce; a style cannot run code. Nothing may be loaded from or sent to another origin.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Reads the console's folder; without it there are no files and no index. */
export async function readStaticFiles(folder: string, prefix: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const name of await listFiles(folder)) {
    const content = await readFile(path.join(folder, name));
    const extension = path.extname(name);
    const contentType = contentTypes[extension];
    if (contentType !== undefined) {
      const body = name === 'index.html' ? withBase(content, prefix) : content;
      files.set(name.split(path.sep).join('/'), await toStaticFile(name, contentType, body));
    }
  }
  const index = files.get('index.html');
  return index === undefined ? { files } : { index, files };
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

/** Addresses in the page are relative to this base, whatever the depth of the page's own address. */
function withBase(html: Buffer, prefix: string): Buffer {
  const base = `<base href="${prefix}/" />`;
  const text = html.toString('utf8');
  return Buffer.from(
    /<base\b[^>]*>/.test(text) ? text.replace(/<base\b[^>]*>/, base) : text.replace(/<head>/, `<head>${base}`)
  );
}

async function toStaticFile(name: string, contentType: string, body: Buffer): Promise<StaticFile> {
  const isHashed = /-[A-Z0-9]{8}\.\w+$/.test(name);
  const isText = !/^(image\/png|font\/|application\/wasm)/.test(contentType);
  const gzipped = isText && body.length > 1024 ? await compress(body) : undefined;
  return {
    contentType,
    cacheControl: isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    body,
    ...(gzipped === undefined ? {} : { gzipped }),
  };
}
