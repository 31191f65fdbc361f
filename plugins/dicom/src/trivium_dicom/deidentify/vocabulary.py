"""The closed list of words that tell nothing of anybody: a text of nothing else is vouched for, any other is not.

Parts of the body (PS3.16 annex L), views and planes, kinds of images and of acquisition. Names of people who gave them
to something (Doppler apart) are left out on purpose, and so are numbers of more than two digits: either may be
somebody. PS3.15 E.3.5 names such a list as one way to clean text, and its limit: "Hand" may be a surname.

Sources: PS3.16 annex L for parts of the body, PS3.3 for views and defined terms; for techniques and makers' words the
image types, scan options and descriptions of the public corpora beside this project, and else the habit of the trade.
"""

from __future__ import annotations

import re
from typing import Final

_BODY: Final = """
abdomen abdominal ac acetabulum acjoint adrenal anal ankle anklejoint anus aorta aortic appendix arm artery arteries
atrium axilla back bile biliary bladder bone bowel brain brainstem breast bronchi bronchus buttock calcaneus calf
cardiac carotid cavity cecum celiac cerebellum cerebral cervical cervix cheek chest chestabdomen choledochus clavicle
coccyx colon cord cornea coronary cspine cta cva duct duodenum ear elbow entire esophagus extremity eye eyelid eyes
face facial femoral femur fetal fetus fibula finger fingers flank foot forearm gallbladder gland gluteal groin hand
head headneck heart hepatic hip humerus iac iliac ilium intestine jaw jejunum joint kidney kidneys knee kneejoint
larynx leg legs limb liver lower lspine lsspine lumbar lung lungs mandible mastoid maxilla mediastinum mouth muscle
nasal neck neckchest neckchestabdomen neckchestabdpelv nerve nose optic orbit orbits ovary pancreas parathyroid
parotid patella pelvic pelvis penis pericardium perineum phantom pharynx pituitary placenta popliteal prostate
pulmonary radius rectum renal retina rib ribs root sacrum scalp scapula sclera scrotum sella shoulder sijoint sinus
sinuses skin skull spinal spine spleen sternum stomach subclavian supraclavicular tail temporal testis thigh thoracic
thorax thumb thymus thyroid tibia tmj toe toes tongue trachea tspine tympanic ulna upper ureter urethra uterus vagina
vein veins ventricle vertebra vessel vulva wbs wholebody whole body wrist zygoma
"""
_VIEWS: Final = """
anterior ap axial axials bilateral cc contralateral cor coronal coronals craniocaudal cranio caudal decubitus distal
dorsal dorsoplantar dynamic erect expiration inspiration ipsilateral lat lateral laterals lao left localiser localizer
lpo medial mediolateral midline mlo mpr oblique obl pa plane planes posterior prone proximal rao reformat reformats
right rpo sag sagittal sagittals scout seated standing supine survey topogram tra trans transversal transverse
transaxial unilateral ventral view views 2d 3d 4d 2ch 3ch 4ch
"""
_TECHNIQUES: Final = """
2-point adc amplitude angio angiogram angiography arterial asl attenuation average b0 background blood bold breathhold
breath-hold bright calibration ce cest cine color colour compound contrast corrected correction ct cta ctp cxr
darkfluid default delay delayed density derived diastole diastolic diff diffusion display dixon doppler dose dsa dti
dual dwi early ecg echo edge emission energy enhanced epi exam exponential fa fast fat fatsat fdg ffe field filter
filtered fiesta flair flash flow fluoro fluoroscopy fmri fov fps frame frames free fs full fuse fused fusion gad gated
gradient gre haste hbp hd hrct hu image images imaging in-phase inversion iodine ir kernel kv kvp keynote late linear
low lut magnitude mammo mammogram mammography map mass max mean medium mip mm minip mixed mode monochrome motion
mp2rage mprage mr mra mri mrv ms multi native ncct nm noise nondiagnostic none normal nuclear of off on opp opposed
opposed-phase optimized original out-of-phase overview parametric pc pd perf perfusion pet phase plain planning portal
post postcontrast pre precontrast presentation primary processed processing propeller protocol proton pulse quality
quick radiograph rapid rate raw rec recon reconstruction record ref reference region report resolution resp
respiratory rest restricted roi routine sampling scan screen screening se secondary segmentation sequence series shim
short single slice slices smart smooth soft space spect spectroscopy spgr spin spoiled standard static std ste stack
stir stress structural study subtracted subtraction suv swi systole systolic t1 t1w t2 t2w t2* t2star te thick thin ti
time tir tirm tissue tissues tof tomo tomography tomosynthesis topo total tr track tracking triggered true trufi tse
turbo ultrasound uncorrected us vascular velocity venous vibe volume w wash-in wash-out water waveform weighted wide
width window window1 window2 with wo w/o without x-ray xa xr xray zoom and the to for from in by at background
foreground tumor lesion nodule edema necrosis cyst artery air fluid fat cartilage marrow lead leads i ii iii avr avl
avf v1 v2 v3 v4 v5 v6 p t onset offset axis interval duration qrs qt qtc pp rr fiducial point points electrode
placement
"""

_MAKES: Final = """
achieva aera allegra altea amira aquilion artis avanto axiom biograph brilliance brightspeed definition discovery edge
emotion espree essenza flash force galan harmony highspeed ingenia intera intevo lightspeed lumina mmr magnetom mct
oasis one optima panorama perspective prime prisma prisma_fit pristina revolution scenaria selenia sensation signa
skyra skyra_fit sola somatom spectra sonata symphony symphonytim titan trio triotim vantage verio verio_dot vida
vision go.top go.up ct mr pet as as+ hdx hdxt hde excite evo elite plus pro 1.5t 3t 3.0t 7t 750 750w 450 450w 64 128
256 16 32
"""

_TERMS: Final = """
ADC ADD AVERAGE AVG B0 BEAT CALC_BVALUE CBF CBV CHEM_SHIFT CSAPARALLEL DIFFUSION DIS2D DIS3D DISTORTED EADC ECHO EDGE
ENHANCED EPI FAT FAT_FRACTION FA FFE FILTERED FLOW_ENCODED FM FMRI FROM FSE FSPGR GRE HASTE IMAGINARY IN_PHASE INPHASE
IP IR IRM_FFE LOCALIZER M MAGNITUDE MEAN MFSPLIT MINIMUM MIP MNIP MOCO MOSAIC MPR ND NONE OP OPP_PHASE OPT_POST
OPTIMIZED OTHER OUTPHASE P PCA PERFUSION PHASE PHASE_MAP PROJECTION R REAL REFORMATTED RESAMPLED RF SCREEN_SAVE
SCREENSAVE SE SHIM SPGR STDDEV SUB SUM SWI T1 T1_MAP T2 T2_FLAIR T2_STAR TE1 TE2 TENSOR TRACEW TTP UNI UNSPECIFIED
VFRAME VIBE VOLUME WATER W F INV1 INV2 AXIAL_MODE HELICAL_MODE CINE_MODE SCOUT_MODE FAT_SAT XYB OPTBSV OPTENF POS M3D
CTPROTOCOL ANN ASMT TEXTUREMAP EPS BDUS BMD CFM DMS OSS PFP PFF SP FC FS RG CG PPG MEMP FILTERED_GEMS EDR_GEMS
ACC_GEMS FAST_GEMS NPW VASCTOF_GEMS SS_GEMS IRREC MT MP TOF SAT1 SAT2 DB PARTIAL_FOURIER HYPERSPACE WE SFS SPIR SPAIR
NORM CSA
"""

MAKERS_WORDS: Final = frozenset(_TERMS.split())
"""Words of the makers of devices in ImageType, ScanOptions and the like, and such as are younger than `terms.py`."""
WORDS: Final = frozenset(f"{_BODY} {_VIEWS} {_TECHNIQUES}".split())
MODELS: Final = frozenset(_MAKES.split())
_SEPARATORS: Final = re.compile(r"[\s,;:()\[\]/&+_.]+|-(?=\s)|(?<=\s)-")
_MEASURE: Final = re.compile(r"\d(?:\.\d)?|\d{1,2}(?:\.\d)?(?:mm|cm|ms|s|kv|kvp|t|x)", re.ASCII)
_BEFORE_A_UNIT: Final = re.compile(r"\b(\d{1,2})\s+(?=(?:mm|cm|ms|kvp?)\b)", re.ASCII)


def is_plain(text: str) -> bool:
    """Whether every word of it is on the list. A number of two digits needs a unit: by itself it may be an age."""
    joined = _BEFORE_A_UNIT.sub(r"\1", text.casefold())
    words = [word for word in _SEPARATORS.split(joined) if word and word != "-"]
    return bool(words) and all(_is_listed(word) for word in words)


def is_model(text: str) -> bool:
    """Whether it is made of names of product lines alone."""
    words = text.casefold().split()
    return bool(words) and all(word in MODELS for word in words)


def _is_listed(word: str) -> bool:
    return word in WORDS or _MEASURE.fullmatch(word) is not None or all(part in WORDS for part in word.split("-"))
