"""Tiny random checkpoints of text models with their tokenizers, written by the library's own ``save_pretrained``."""

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2Config,
    GPT2Model,
    LlamaConfig,
    LlamaModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
    T5Config,
    T5EncoderModel,
    T5Model,
)

WORDS = ["a", "dog", "runs", "over", "wet", "grass", "while", "the", "cat", "sleeps"]
SPECIAL = ["<pad>", "<unk>", "[CLS]", "[SEP]", "<s>", "</s>"]
LIMIT = 32
LAYERS = 2
SMALL = {"vocab_size": len(SPECIAL) + len(WORDS)}
WIDE = {**SMALL, "hidden_size": 16, "num_hidden_layers": LAYERS, "num_attention_heads": 2, "intermediate_size": 24}
FAMILIES = ("bert", "roberta", "gpt2", "llama", "t5", "t5_encoder")

MODELS = {
    "bert": lambda: BertForMaskedLM(BertConfig(max_position_embeddings=LIMIT, **WIDE)),
    "roberta": lambda: RobertaModel(RobertaConfig(max_position_embeddings=LIMIT + 1, pad_token_id=0, **WIDE)),
    "gpt2": lambda: GPT2Model(GPT2Config(n_embd=16, n_layer=LAYERS, n_head=2, n_positions=LIMIT, **SMALL)),
    "llama": lambda: LlamaModel(LlamaConfig(max_position_embeddings=LIMIT, **WIDE)),
    "t5": lambda: T5Model(T5Config(d_model=16, d_kv=8, d_ff=24, num_layers=LAYERS, num_heads=2, **SMALL)),
    "t5_encoder": lambda: T5EncoderModel(
        T5Config(d_model=16, d_kv=8, d_ff=24, num_layers=LAYERS, num_heads=2, **SMALL)
    ),
}
TEMPLATES = {
    "bert": ("[CLS] $A [SEP]", ["[CLS]", "[SEP]"], {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "<pad>"}),
    "roberta": ("<s> $A </s>", ["<s>", "</s>"], {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>"}),
    "gpt2": ("$A", [], {"eos_token": "</s>"}),
    "llama": ("<s> $A", ["<s>"], {"bos_token": "<s>", "eos_token": "</s>"}),
    "t5": ("$A </s>", ["</s>"], {"eos_token": "</s>", "pad_token": "<pad>"}),
    "t5_encoder": ("$A </s>", ["</s>"], {"eos_token": "</s>", "pad_token": "<pad>"}),
}


def write_tokenizer(folder, name, **more):
    ids = {token: i for i, token in enumerate([*SPECIAL, *WORDS])}
    template, special, named = TEMPLATES[name]
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if special:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=template, special_tokens=[(token, ids[token]) for token in special]
        )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", **named, **more).save_pretrained(folder)


def write_checkpoint(folder, name, *, seed):
    """Config, weights far from the tame ones of an initialisation, and tokenizer of a kind of model."""
    torch.manual_seed(seed)
    model = MODELS[name]()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(folder)
    write_tokenizer(folder, name, padding_side="left" if name == "llama" else "right")
    return folder
