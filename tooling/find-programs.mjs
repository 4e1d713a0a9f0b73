// SPDX-License-Identifier: Apache-2.0
//
// Finds the programs that the loop needs beside our own: named by environment variables, else on PATH. What is missing
// is said all at once, with how to get it.
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function onPath(name, env) {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

/** Where a program of the system keeps what it reads; where an archive's is, is above its bin/. */
const grafanaHomes = ['/usr/share/grafana', '/opt/homebrew/share/grafana', '/usr/local/share/grafana'];

const isGrafanaHome = (folder) => existsSync(path.join(folder, 'conf/defaults.ini'));

/** @returns {{ bin: string, home: string } | string} the program and its folder, or what is wrong */
function findGrafana(env) {
  const bin =
    env.GRAFANA_BIN ??
    (env.GRAFANA_HOME === undefined ? onPath('grafana', env) : path.join(env.GRAFANA_HOME, 'bin/grafana'));
  if (bin === undefined || !isProgram(bin)) {
    return bin === undefined ? 'not on PATH' : `no program at ${bin}`;
  }
  const candidates = [env.GRAFANA_HOME ?? [], path.join(path.dirname(realpathSync(bin)), '..'), ...grafanaHomes].flat();
  const home = candidates.find(isGrafanaHome);
  return home === undefined
    ? `${bin} is there, but not the folder with its conf/defaults.ini and public/: name it by GRAFANA_HOME`
    : { bin, home };
}

/** @returns {{ bin: string } | string} */
function find(name, variable, env) {
  const bin = env[variable] ?? onPath(name, env);
  if (bin === undefined) {
    return 'not on PATH';
  }
  return isProgram(bin) ? { bin } : `no program at ${bin}`;
}

const howToGet = {
  grafana:
    'https://grafana.com/grafana/download (12.3 or later; the archive needs no installation). Unpack it and set\n' +
    '    GRAFANA_HOME to its folder, or put its bin/ on PATH.',
  prometheus:
    'apt install prometheus, brew install prometheus, or https://prometheus.io/download/. Put it on PATH or set\n' +
    '    PROMETHEUS_BIN to the program.',
  loki:
    'https://github.com/grafana/loki/releases (loki-<system>.zip, 3.0 or later), or brew install loki. Put it on PATH\n' +
    '    or set LOKI_BIN to the program.',
};

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ grafana: { bin: string, home: string }, prometheus: { bin: string }, loki: { bin: string } }}
 * @throws {Error} that names everything that is missing and where to get it
 */
export function findPrograms(env = process.env) {
  const found = {
    grafana: findGrafana(env),
    prometheus: find('prometheus', 'PROMETHEUS_BIN', env),
    loki: find('loki', 'LOKI_BIN', env),
  };
  const missing = Object.entries(found).filter(([, result]) => typeof result === 'string');
  if (missing.length > 0) {
    const lines = missing.map(([name, reason]) => `  ${name}: ${reason}.\n    ${howToGet[name]}`);
    throw new Error(
      `The loop needs programs that were not found:\n\n${lines.join('\n')}\n\n` +
        'With Docker none of them is needed: docker compose up --build'
    );
  }
  return found;
}
