/** The whole editor. */
export function App() {
  return <main>Latent Graph</main>;
}
