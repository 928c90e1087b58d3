// What is trained, as Forger's ToyConfig has it.

const layers = (width, activation) => ({ width, layers: 2, activation });
const adam = { name: 'adam', learning_rate: 1e-3, beta1: 0.5, beta2: 0.999 };
const sgd = (learning_rate) => ({ name: 'sgd', learning_rate, momentum: 0 });

// GAN Lab's network and batch as it starts: two Gaussians, two-dimensional Gaussian noise, and "1 layer" of 8 neurons
// in each player, which is two.
const small = {
  distribution: 'pair',
  loss: 'non-saturating',
  prior: 'gaussian',
  latent_dim: 2,
  generator: layers(8, 'relu'),
  discriminator: layers(8, 'relu'),
  generator_optimizer: adam,
  discriminator_optimizer: adam,
  batch: 150,
  d_steps: 1,
  g_steps: 1,
};

export const CASES = {
  small,
  // The same trained as GAN Lab does at first: two updates of D a step, plain gradient descent.
  gan_lab: { ...small, generator_optimizer: sgd(0.03), discriminator_optimizer: sgd(0.1), d_steps: 2 },
  // Forger's own network as it starts.
  wide: { ...small, generator: layers(64, 'leaky-relu'), discriminator: layers(64, 'leaky-relu'), batch: 128 },
};
