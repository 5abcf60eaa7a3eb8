import { Outlet } from '@tanstack/react-router'
import { Kit } from '@/theme/Kit'

/** Around the pages that strangers see. */
export default function OutsideLayout() {
  return (
    <Kit>
      <Outlet />
    </Kit>
  )
}
