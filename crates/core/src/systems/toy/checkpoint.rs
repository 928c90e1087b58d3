//! The whole state of a game on the host, in the file that [`crate::systems::gan::Gan`] writes.

use serde_json::json;

use crate::{
    CheckpointError,
    checkpoint::{Reader, Writer},
    data::Source as _,
    host::{game::HostGame, mlp::HostMlp, optimizer::HostOptimizer, spectral::Spectral},
    parameters::NamedTensor,
    protocol::Random,
    systems::gan::{NETWORKS, OPTIMIZERS},
};

/// Generator, discriminator and moving average.
pub fn networks(game: &HostGame) -> [Vec<NamedTensor>; 3] {
    let mut discriminator = game.discriminator.to_tensors(&game.discriminator.values);
    if let Some(Spectral { us, vs }) = &game.spectral {
        discriminator.extend(us.iter().zip(vs).enumerate().map(|(index, (u, v))| NamedTensor {
            name: format!("spectral.{index}"),
            shape: vec![u.len() + v.len()],
            values: [u.as_slice(), v].concat(),
        }));
    }
    let generator = &game.generator;
    [generator.to_tensors(&generator.values), discriminator, generator.to_tensors(&game.average)]
}

/// The vectors of spectral normalisation among the tensors of a discriminator, if there are any.
pub fn spectral(network: &HostMlp, tensors: &[NamedTensor]) -> Option<Spectral> {
    let of_layer = |(index, outputs): (usize, usize)| {
        let tensor = tensors.iter().find(|tensor| tensor.name == format!("spectral.{index}"))?;
        tensor.values.split_at_checked(outputs).map(|(u, v)| (u.to_vec(), v.to_vec()))
    };
    let layers = network.layers().map(|layer| layer.outputs).enumerate();
    let (us, vs) = layers.map(of_layer).collect::<Option<Vec<_>>>()?.into_iter().unzip();
    Some(Spectral { us, vs })
}

/// The file.
pub fn save(game: &HostGame) -> Vec<u8> {
    let mut writer = Writer::default();
    for (name, tensors) in NETWORKS.into_iter().zip(networks(game)) {
        writer.network(name, tensors);
    }
    let optimizers = [&game.generator_optimizer, &game.discriminator_optimizer];
    for (name, HostOptimizer { moments, .. }) in OPTIMIZERS.into_iter().zip(optimizers) {
        let moments = NamedTensor { name: "moments".into(), shape: vec![moments.len()], values: moments.clone() };
        writer.network(name, vec![moments]);
    }
    writer.finish(json!({
        "config": game.config,
        "steps": game.steps,
        "updates": optimizers.map(|optimizer| optimizer.time),
        "noise": game.noise.state(),
        "data": game.points.state(),
    }))
}

/// Takes a state whose settings the caller has compared; a file that does not fit changes nothing.
pub fn read(game: &mut HostGame, reader: &Reader<'_>) -> Result<(), CheckpointError> {
    let number = |value: &serde_json::Value| value.as_u64().ok_or(CheckpointError::Version);
    let steps = number(&reader.state["steps"])?;
    let noise = serde_json::from_value(reader.state["noise"].clone()).map_err(|_| CheckpointError::Version)?;
    let mut read = Vec::new();
    for (name, expected) in NETWORKS.into_iter().zip(networks(game)) {
        read.push(reader.tensors(name, &expected)?);
    }
    let mut optimizers = [game.generator_optimizer.clone(), game.discriminator_optimizer.clone()];
    let weights = [game.generator.values.len(), game.discriminator.values.len()];
    for (index, optimizer) in optimizers.iter_mut().enumerate() {
        let name = format!("{}.moments", OPTIMIZERS[index]);
        let time = u32::try_from(number(&reader.state["updates"][index])?).map_err(|_| CheckpointError::Version)?;
        if !optimizer.restore(time, reader.floats(&name).unwrap_or_default(), weights[index]) {
            return Err(CheckpointError::Tensor(name));
        }
    }
    if !game.points.restore(&reader.state["data"]) {
        return Err(CheckpointError::Version);
    }
    let values = |tensors: &[NamedTensor]| HostMlp::from_tensors(tensors, Default::default()).values;
    if let [generator, discriminator, average] = read.as_slice() {
        (game.generator.values, game.average) = (values(generator), values(average));
        game.discriminator.values = values(discriminator);
        if game.spectral.is_some() {
            game.spectral = spectral(&game.discriminator, discriminator);
        }
    }
    [game.generator_optimizer, game.discriminator_optimizer] = optimizers;
    (game.noise, game.steps) = (Random::restore(noise), steps);
    Ok(())
}
