export { startFrontEnd } from './front_end/serve.ts'
export { MEASURES, type Measure, type WhatIf, whatIf } from './front_end/what_if.ts'
export { signingKeys } from './signing/signing_keys.ts'
