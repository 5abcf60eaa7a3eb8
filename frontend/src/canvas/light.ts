/** How bright and how contrasty the picture is shown; what is drawn over it stays as it is. */
export interface Light {
  /** In hundredths. */
  readonly brightness: number
  readonly contrast: number
  readonly grey: boolean
}

export const AS_IS: Light = { brightness: 100, contrast: 100, grey: false }
const STEP = 10
const [LEAST, MOST] = [30, 300]

export function lighter(light: Light, what: 'brightness' | 'contrast', by: 1 | -1): Light {
  return { ...light, [what]: Math.max(LEAST, Math.min(MOST, light[what] + by * STEP)) }
}

export function isAsIs({ brightness, contrast, grey }: Light): boolean {
  return brightness === 100 && contrast === 100 && !grey
}

/** As a CSS filter. */
export function lightFilter(light: Light): string {
  if (isAsIs(light)) return 'none'
  return `brightness(${light.brightness}%) contrast(${light.contrast}%)${light.grey ? ' grayscale(1)' : ''}`
}

const KEY = 'fovea.light'

/** The light of this tab, until it is closed. */
export function keptLight(): Light {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Light> | null
    if (typeof kept?.brightness !== 'number' || typeof kept.contrast !== 'number') return AS_IS
    return { brightness: kept.brightness, contrast: kept.contrast, grey: kept.grey === true }
  } catch {
    return AS_IS
  }
}

export function keepLight(light: Light): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(light))
  } catch {
    // A browser that keeps nothing loses the light with the page.
  }
}
