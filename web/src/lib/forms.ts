import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form'
import { toApiError } from './api/problem'

/** Puts the API's field errors beside their fields; true when there were any. */
export function showFieldErrors<T extends FieldValues>(
  error: unknown,
  setError: UseFormSetError<T>,
  fields: readonly FieldPath<T>[],
  /** The API's name → the form's, where they differ. */
  aliases: Record<string, FieldPath<T>> = {},
): boolean {
  const known = Object.entries(toApiError(error).fields).flatMap(([name, message]) => {
    const field = aliases[name] ?? fields.find((each) => each === name || name.endsWith(`.${each}`))
    return field ? [{ field, message }] : []
  })
  for (const { field, message } of known) setError(field, { message })
  return known.length > 0
}
