// SPDX-License-Identifier: Apache-2.0
//
// A line of small bars: how a number went over time, errors in red at the foot.
import { useTheme2 } from '@grafana/ui';
import { errorColor, okColor } from './chart-theme.ts';

interface Props {
  readonly values: readonly number[];
  readonly errors: readonly number[];
  readonly width: number;
  readonly height: number;
  /** For screen readers: what the line shows. */
  readonly label: string;
}

export function Sparkline({ values, errors, width, height, label }: Props) {
  const theme = useTheme2();
  const greatest = Math.max(1e-9, ...values);
  const step = width / Math.max(1, values.length);
  return (
    <svg width={width} height={height} style={{ flex: 'none' }} role="img" aria-label={label}>
      {values.map((value, index) => {
        const tall = (value / greatest) * height;
        const failed = ((errors[index] ?? 0) / greatest) * height;
        return (
          <g key={index}>
            <rect
              x={index * step}
              y={height - tall}
              width={Math.max(1, step - 1)}
              height={tall}
              fill={okColor(theme)}
            />
            <rect
              x={index * step}
              y={height - failed}
              width={Math.max(1, step - 1)}
              height={failed}
              fill={errorColor(theme)}
            />
          </g>
        );
      })}
    </svg>
  );
}
