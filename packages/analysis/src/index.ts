// SPDX-License-Identifier: Apache-2.0
export { clockShifts } from './clock-skew/clock-skew.ts';
export { correctClocks, skewedServices, type ClockCorrection } from './clock-skew/correct-clocks.ts';
export { criticalPath, type CriticalSection } from './critical-path/critical-path.ts';
export { describeFinding } from './findings/describe.ts';
export { findFindings } from './findings/find.ts';
export type { Finding, Severity } from './findings/finding.ts';
export { foldSiblings, type SiblingGroup } from './folding/folding.ts';
export { selfIntervals, selfTimes } from './self-time/self-time.ts';
export { operationStatistics, type OperationStatistics } from './statistics/statistics.ts';
