export {
  type Diagnostic,
  type ErrorCode,
  type ErrorFacts,
  FormatError,
  MintmarkError,
  type Salvaged,
} from './errors.ts'
export { isObject, type Json, parseObject, text } from './json.ts'
