/** Okabe and Ito's eight, which stay apart for colour-blind readers; black is last because it hides on a dark stage. */
const FIRST_EIGHT = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7', '#7f7f7f'] as const
const GOLDEN_ANGLE = 137.508

/** The colour of the class at `index` when it has none of its own: eight chosen ones, then hues by the golden angle. */
export function classColour(index: number, own?: string | null): string {
  if (own) return own
  const chosen = FIRST_EIGHT[index]
  if (chosen) return chosen
  const hue = (index * GOLDEN_ANGLE) % 360
  return hslToHex(hue, 0.62, 0.52)
}

function hslToHex(hue: number, saturation: number, lightness: number): string {
  const a = saturation * Math.min(lightness, 1 - lightness)
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12
    const value = lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}

/** Black or white, whichever is read more easily on `hex` (relative luminance as WCAG counts it). */
export function inkOn(hex: string): '#000000' | '#ffffff' {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  const luminance = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff'
}
