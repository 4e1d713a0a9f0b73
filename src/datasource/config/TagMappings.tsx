// SPDX-License-Identifier: Apache-2.0
//
// Which span attributes become which labels of another data source.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, IconButton, Input, useStyles2 } from '@grafana/ui';
import type { TagMapping } from '../../model/settings.ts';

interface Props {
  readonly tags: readonly TagMapping[];
  readonly onChange: (tags: TagMapping[]) => void;
}

export function TagMappings({ tags, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const set = (index: number, tag: TagMapping) => onChange(tags.map((one, at) => (at === index ? tag : one)));
  return (
    <div className={styles.list}>
      {tags.map((tag, index) => (
        <div key={index} className={styles.row} role="group" aria-label={`Tag ${String(index + 1)}`}>
          <Input
            aria-label="Attribute"
            width={25}
            placeholder="service.name"
            value={tag.key}
            onChange={(event) => set(index, { ...tag, key: event.currentTarget.value })}
          />
          <span aria-hidden="true">{'\u2192'}</span>
          <Input
            aria-label="Label"
            width={25}
            placeholder={tag.key.replace('.', '_') || 'service_name'}
            value={tag.value ?? ''}
            onChange={(event) => set(index, { ...tag, value: event.currentTarget.value })}
          />
          <IconButton
            name="trash-alt"
            aria-label="Remove the tag"
            tooltip="Remove"
            onClick={() => onChange(tags.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button size="sm" variant="secondary" icon="plus" onClick={() => onChange([...tags, { key: '' }])}>
          Add tag
        </Button>
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    list: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5) }),
    row: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
  };
}
