const SHORTEST = 10

/** A check for a form: `complaint` where the password is too short for the server. */
export function newPassword(complaint: string): (value: string) => string | null {
  return (value) => (value.length >= SHORTEST ? null : complaint)
}
