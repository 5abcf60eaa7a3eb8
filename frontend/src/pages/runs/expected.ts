import type { Preset, Version } from '@/api/training'

/**
 * Seconds that a preset will take on a version: its measured seconds per thousand pictures and epoch, times both.
 * Null where the preset leaves its epochs to the engine's rule or the version has nothing to train on.
 */
export function expectedSeconds(preset: Preset, version: Version | undefined): number | null {
  const pictures = version?.counts.train ?? 0
  if (pictures === 0) return null
  if (typeof preset.epochs === 'number') return (preset.seconds_per_1000_images * pictures * preset.epochs) / 1000
  return null
}
