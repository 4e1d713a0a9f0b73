// SPDX-License-Identifier: Apache-2.0
import type { AppRootProps } from '@grafana/data';

export function App({ basename }: AppRootProps) {
  return <div>{basename}</div>;
}
