// What is trained, as Forger's DcganConfig has it.

const adam = { name: 'adam', learning_rate: 2e-4, beta1: 0.5, beta2: 0.999 };

const digits = {
  image_size: 28,
  channels: 1,
  latent_dim: 64,
  width: 16,
  normalization: 'batch',
  loss: 'non-saturating',
  generator_optimizer: adam,
  discriminator_optimizer: adam,
  batch: 16,
};

export const CASES = {
  digits,
  // The smallest pictures in colour that the page offers.
  faces: { ...digits, image_size: 32, channels: 3 },
};
