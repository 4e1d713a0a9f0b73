// SPDX-License-Identifier: Apache-2.0
//
// One direction of going from signal to signal: which data sources have it, and what to add to those that do not.
import { css } from '@emotion/css';
import { locationUtil } from '@grafana/data';
import type { GrafanaTheme2 } from '@grafana/data';
import { hasPermission } from '@grafana/runtime';
import { Icon, LinkButton, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { Copyable } from './Copyable.tsx';
import { toJson, toYaml } from './link-settings.ts';

export interface LinkRow {
  readonly uid: string;
  readonly name: string;
  /** By what, or where to, it leads; empty if it does not. */
  readonly leads: readonly string[];
}

interface Props {
  readonly title: string;
  readonly intro: string;
  /** Said if there are no rows. */
  readonly none: string;
  readonly lead: (leads: readonly string[]) => string;
  readonly noLead: string;
  readonly rows: readonly LinkRow[];
  /** `jsonData` to add. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const forms = [
  { value: 'yaml', label: 'YAML', description: 'In a provisioning file' },
  { value: 'json', label: 'JSON', description: "In the body of Grafana's HTTP API" },
] as const;

export function LinkSection({ title, intro, none, lead, noLead, rows, settings }: Props) {
  const styles = useStyles2(getStyles);
  const [form, setForm] = useState<'yaml' | 'json'>('yaml');
  const mayEdit = hasPermission('datasources:write');
  const missing = rows.filter(({ leads }) => leads.length === 0);
  return (
    <section className={styles.section}>
      <h3 className={styles.title}>{title}</h3>
      <p className={styles.intro}>{intro}</p>
      {rows.length === 0 && <p className={styles.intro}>{none}</p>}
      <ul className={styles.list}>
        {rows.map(({ uid, name, leads }) => (
          <li key={uid} className={styles.row}>
            <Icon
              name={leads.length === 0 ? 'minus-circle' : 'check-circle'}
              className={leads.length === 0 ? styles.missing : styles.done}
            />
            <strong>{name}</strong>
            <span className={styles.message}>{leads.length === 0 ? noLead : lead(leads)}</span>
            {mayEdit && leads.length === 0 && (
              <LinkButton
                size="sm"
                variant="secondary"
                fill="text"
                href={locationUtil.assureBaseUrl(`/connections/datasources/edit/${encodeURIComponent(uid)}`)}
                aria-label={`Settings of ${name}`}
              >
                Settings
              </LinkButton>
            )}
          </li>
        ))}
      </ul>
      {missing.length > 0 && (
        <>
          <div className={styles.form}>
            <span>Add this to {missing.map(({ name }) => name).join(', ')}, or set the same in its settings:</span>
            <RadioButtonGroup
              size="sm"
              aria-label={`Form of the settings, ${title.toLowerCase()}`}
              options={[...forms]}
              value={form}
              onChange={setForm}
            />
          </div>
          <Copyable text={form === 'yaml' ? toYaml(settings) : toJson(settings)} />
        </>
      )}
    </section>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    section: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
    title: css({ margin: 0 }),
    intro: css({ margin: 0, color: theme.colors.text.secondary }),
    list: css({ listStyle: 'none' }),
    row: css({
      display: 'flex',
      alignItems: 'baseline',
      gap: theme.spacing(1),
      padding: theme.spacing(0.5, 0),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      '& > svg': { alignSelf: 'center', flex: 'none' },
    }),
    message: css({ flex: 1, color: theme.colors.text.secondary }),
    done: css({ color: theme.colors.success.text }),
    missing: css({ color: theme.colors.warning.text }),
    form: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  };
}
