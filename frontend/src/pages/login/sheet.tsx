export default function SignInSheet(_: { onSignedIn: () => void }) {
  return null
}
