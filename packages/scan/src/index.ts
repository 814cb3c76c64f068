export type { Certainty, Detected, Detector, KeyKind } from './detected.ts'
export type { Finding, KeyId } from './finding.ts'
export type { KeyMaterial } from './key_material.ts'
