//! Networks of pytorch-CycleGAN-and-pix2pix by the names that it gives their tensors. What they are like is read from the
//! tensors.

use std::collections::{BTreeMap, BTreeSet};

use burn::{module::Module, tensor::Device};
use forger_protocol::{
    Doubling, Normalization, OutOfRange, TranslatorConfig, TranslatorNetwork, translation::halvings,
};

use super::Translator;
use crate::{
    nets::patch::{PatchDiscriminator, PatchShape},
    parameters::{self, NamedTensor},
};

/// Why tensors are no network that can be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ImportError {
    /// A generator was asked for.
    #[error("these are the weights of a discriminator, where those of a generator are needed")]
    Discriminator,
    /// A discriminator was asked for.
    #[error("these are the weights of a generator, where those of a discriminator are needed")]
    Generator,
    /// Nothing of it looks familiar.
    #[error("no network of pytorch-CycleGAN-and-pix2pix: a tensor called {0} is missing")]
    Unknown(String),
    /// A tensor that the network needs.
    #[error("tensor {name}: {found} where {expected} is needed")]
    Tensor {
        /// As the file has it.
        name: String,
        /// The shape that it must have.
        expected: String,
        /// The shape that it has, or that it is not there.
        found: String,
    },
    /// Tensors that the network has no place for.
    #[error("tensor {0} has no place in the network that the others make")]
    Unused(String),
    /// A network that is not offered.
    #[error(transparent)]
    Shape(#[from] OutOfRange),
}

/// The tensors of a file, `module.` taken off their names.
struct Tensors<'a>(BTreeMap<String, &'a NamedTensor>);

/// Names of ours and theirs.
type Names = Vec<(String, String)>;

impl<'a> Tensors<'a> {
    fn new(tensors: &'a [NamedTensor]) -> Self {
        let name = |tensor: &NamedTensor| tensor.name.trim_start_matches("module.").to_owned();
        Self(tensors.iter().map(|tensor| (name(tensor), tensor)).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The side of a tensor's shape, of one that must be there.
    fn size(&self, name: &str, axis: usize) -> Result<usize, ImportError> {
        let tensor = self.0.get(name).ok_or_else(|| ImportError::Unknown(name.to_owned()))?;
        tensor.shape.get(axis).copied().ok_or_else(|| wrong(name, "a kernel", &tensor.shape))
    }

    /// Fills a network whose tensors are called so.
    fn fill<M: Module>(&self, module: M, names: &Names, device: &Device) -> Result<M, ImportError> {
        let names = names.iter().map(|(ours, theirs)| (ours.as_str(), theirs.as_str())).collect::<BTreeMap<_, _>>();
        let mut used = BTreeSet::new();
        for (ours, shape) in parameters::shapes(&module) {
            let theirs = *names.get(ours.as_str()).ok_or_else(|| ImportError::Unknown(ours.clone()))?;
            match self.0.get(theirs) {
                Some(tensor) if tensor.shape == shape => {
                    used.insert(theirs);
                }
                Some(tensor) => return Err(wrong(theirs, &format!("{shape:?}"), &tensor.shape)),
                None => {
                    let (name, expected) = (theirs.to_owned(), format!("{shape:?}"));
                    return Err(ImportError::Tensor { name, expected, found: "nothing".into() });
                }
            }
        }
        let known = names.values().copied().collect::<BTreeSet<_>>();
        // A bias that instance normalisation takes out again is known, and not needed; running statistics would have it in them.
        let is_batch = used.iter().any(|name| name.ends_with("running_mean"));
        let is_without_effect = |name: &str| !is_batch && name.ends_with(".bias") && known.contains(name);
        let is_left =
            |name: &&String| !used.contains(name.as_str()) && !is_passed_over(name) && !is_without_effect(name);
        if let Some(left) = self.0.keys().find(is_left) {
            return Err(ImportError::Unused(left.clone()));
        }
        let values = |name: &str| names.get(name).and_then(|theirs| self.0.get(*theirs)).map(|it| it.values.clone());
        Ok(parameters::fill(module, device, |name, _| values(name).unwrap_or_default()))
    }
}

/// Batches that were counted, and what old versions tracked for instance normalisation, which does not look at it.
fn is_passed_over(name: &str) -> bool {
    ["num_batches_tracked", "running_mean", "running_var"].iter().any(|end| name.ends_with(end))
}

fn wrong(name: &str, expected: &str, found: &[usize]) -> ImportError {
    ImportError::Tensor { name: name.to_owned(), expected: expected.to_owned(), found: format!("{found:?}") }
}

/// A convolution and, where it is normalised, its normalisation.
fn layer(names: &mut Names, ours: &str, theirs: &str) {
    for part in ["weight", "bias"] {
        names.push((format!("{ours}.{part}"), format!("{theirs}.{part}")));
    }
}

fn norm(names: &mut Names, ours: &str, theirs: &str) {
    let parts =
        [("gamma", "weight"), ("beta", "bias"), ("running_mean", "running_mean"), ("running_var", "running_var")];
    for (our, their) in parts {
        names.push((format!("{ours}.{our}"), format!("{theirs}.{their}")));
    }
}

/// What the project normalises with: batch normalisation has weights, and the convolution before it no bias, and instance
/// normalisation the other way round. A network without either has neither, and there is none of that kind here.
fn normalization(tensors: &Tensors<'_>, conv: &str, norm: &str) -> Result<Normalization, ImportError> {
    if tensors.has(&format!("{norm}.weight")) {
        Ok(Normalization::Batch)
    } else if tensors.has(&format!("{conv}.bias")) || tensors.has(&format!("{norm}.running_mean")) {
        Ok(Normalization::Instance)
    } else {
        let missing = format!("{norm}.weight or {conv}.bias (networks without normalisation are not read)");
        Err(ImportError::Unknown(missing))
    }
}

/// A generator: `UnetGenerator` or `ResnetGenerator`, of either normalisation, with or without dropout.
pub fn generator(tensors: &[NamedTensor], device: &Device) -> Result<(TranslatorConfig, Translator), ImportError> {
    let tensors = Tensors::new(tensors);
    let (config, names) = if tensors.has("model.model.0.weight") {
        unet(&tensors)?
    } else if tensors.has("model.10.conv_block.1.weight") {
        resnet(&tensors)?
    } else if tensors.has("model.10.conv_block.0.weight") {
        // Zeros or repeated pixels at the edges of its blocks.
        return Err(ImportError::Unknown("model.10.conv_block.1.weight (blocks with reflection padding)".into()));
    } else if tensors.has("model.0.weight") || tensors.has("net.0.weight") {
        return Err(ImportError::Discriminator);
    } else {
        return Err(ImportError::Unknown("model.model.0.weight or model.10.conv_block.1.weight".into()));
    };
    let network = tensors.fill(Translator::unfilled(&config, device)?, &names, device)?;
    Ok((config, network))
}

/// `UnetGenerator`: blocks within blocks.
fn unet(tensors: &Tensors<'_>) -> Result<(TranslatorConfig, Names), ImportError> {
    let mut names = Names::new();
    let doubler = |index| format!("levels.{index}.up");
    layer(&mut names, "levels.0.down", "model.model.0");
    layer(&mut names, &doubler(0), "model.model.3");
    let (mut prefix, mut depth) = ("model.model.1.".to_owned(), 1);
    loop {
        let level = depth;
        depth += 1;
        layer(&mut names, &format!("levels.{level}.down"), &format!("{prefix}model.1"));
        // The innermost has no block within, so that its doubling comes earlier.
        if tensors.has(&format!("{prefix}model.3.weight")) || depth > 16 {
            layer(&mut names, &doubler(level), &format!("{prefix}model.3"));
            norm(&mut names, &format!("levels.{level}.up_norm"), &format!("{prefix}model.4"));
            break;
        }
        norm(&mut names, &format!("levels.{level}.down_norm"), &format!("{prefix}model.2"));
        layer(&mut names, &doubler(level), &format!("{prefix}model.5"));
        norm(&mut names, &format!("levels.{level}.up_norm"), &format!("{prefix}model.6"));
        prefix += "model.3.";
    }
    let config = TranslatorConfig {
        network: TranslatorNetwork::Unet,
        width: tensors.size("model.model.0.weight", 0)?,
        depth,
        normalization: normalization(tensors, "model.model.1.model.1", "model.model.1.model.2")?,
        // It has no tensors, and works in training only.
        dropout: false,
        doubling: Doubling::Transposed,
        ..TranslatorConfig::default()
    };
    Ok((config, names))
}

/// `ResnetGenerator`: one layer after the other.
fn resnet(tensors: &Tensors<'_>) -> Result<(TranslatorConfig, Names), ImportError> {
    let blocks = (10..).take_while(|at| tensors.has(&format!("model.{at}.conv_block.1.weight"))).count();
    // Dropout comes between the two halves of a block.
    let dropout = tensors.has("model.10.conv_block.6.weight") && !tensors.has("model.10.conv_block.5.weight");
    let second = if dropout { 6 } else { 5 };
    let mut names = Names::new();
    let mut both = |ours: &str, conv: String, normalized: String| {
        layer(&mut names, &format!("{ours}.conv"), &conv);
        norm(&mut names, &format!("{ours}.norm"), &normalized);
    };
    let at = |index: usize| format!("model.{index}");
    both("input", at(1), at(2));
    for index in 0..2 {
        both(&format!("down.{index}"), at(4 + 3 * index), at(5 + 3 * index));
        let up = 10 + blocks + 3 * index;
        both(&format!("up.{index}"), at(up), at(up + 1));
    }
    for index in 0..blocks {
        let inner = |layer: usize| format!("model.{}.conv_block.{layer}", 10 + index);
        both(&format!("blocks.{index}.first"), inner(1), inner(2));
        both(&format!("blocks.{index}.second"), inner(second), inner(second + 1));
    }
    layer(&mut names, "out", &at(17 + blocks));
    let config = TranslatorConfig {
        width: tensors.size("model.1.weight", 0)?,
        normalization: normalization(tensors, "model.1", "model.2")?,
        dropout,
        ..TranslatorConfig::resnet(1, blocks)
    };
    Ok((config, names))
}

/// A discriminator: `NLayerDiscriminator`, of either normalisation.
pub fn discriminator(
    tensors: &[NamedTensor],
    device: &Device,
) -> Result<(PatchShape, PatchDiscriminator), ImportError> {
    let tensors = Tensors::new(tensors);
    if tensors.has("model.model.0.weight") || tensors.has("model.10.conv_block.1.weight") {
        return Err(ImportError::Generator);
    }
    if !tensors.has("model.0.weight") {
        return Err(ImportError::Unknown("model.0.weight".into()));
    }
    let convolutions = |at: &usize| tensors.0.get(&format!("model.{at}.weight")).is_some_and(|it| it.shape.len() == 4);
    let blocks = (0..).map(|index| 2 + 3 * index).take_while(convolutions).count().saturating_sub(1);
    let mut names = Names::new();
    layer(&mut names, "input", "model.0");
    for index in 0..blocks {
        layer(&mut names, &format!("blocks.{index}.conv"), &format!("model.{}", 2 + 3 * index));
        norm(&mut names, &format!("blocks.{index}.norm"), &format!("model.{}", 3 + 3 * index));
    }
    layer(&mut names, "out", &format!("model.{}", 2 + 3 * blocks));
    let patch = [16, 34, 70, 142, 286].into_iter().find(|patch| halvings(*patch) == Some(blocks));
    let shape = PatchShape {
        channels: tensors.size("model.0.weight", 1)?,
        width: tensors.size("model.0.weight", 0)?,
        patch: patch.ok_or_else(|| ImportError::Unknown("model.2.weight".into()))?,
        normalization: normalization(&tensors, "model.2", "model.3")?,
    };
    let network = tensors.fill(PatchDiscriminator::unfilled(shape, device)?, &names, device)?;
    Ok((shape, network))
}
