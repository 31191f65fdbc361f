"""Names that are known not to come from a person: of values in CSA headers, and of settings in protocol texts.

A name inside a header is what the header's bytes say, so any other one is treated as text of the file.
"""

from __future__ import annotations

import re
from typing import Final

_CSA = """
AASpineModelData AASpineModelVerificationStatus AbsTablePosition AcquisitionMatrixText Actual3DImaPartNumber
ArterialSpinLabelingContrast AutoAlignData AutoAlignMatrix AutoInlineImageFilterEnabled B1rms B1rmsSupervision
B_matrix B_value BandwidthPerPixelPhaseEncode CoilForGradient CoilForGradient2 CoilId CoilString
CoilTuningReflection Comp_AdjustedParam Comp_Algorithm Comp_AutoParam Comp_Blended Comp_JobID Comp_ManualAdjusted
ConfigFileInfo CsiImageOrientationPatient CsiImagePositionPatient CsiPixelSpacing CsiSliceLocation CsiSliceThickness
DICOMAcquisitionContrast DICOMImageFlavor DataFileName DiffusionDirectionality DiffusionGradientDirection
Distorcor_IntensityCorrection EchoColumnPosition EchoLinePosition EchoPartitionPosition EchoTime EchoTrainLength
ExamDataRole ExamLandmarks FMRIStimulInfo FMRIStimulLevel Filter1 Filter2 FlipAngle FlowCompensation
FlowEncodingDirection FlowEncodingDirectionString FlowVenc FmriAcquisitionDescriptionSequence
FmriConditionsDataSequence FmriExternalInfo FmriExternalParameters FmriModelInfo FmriModelParameters
FmriResultSequence GSWDDataType GradientDelayTime GradientEchoTrainLength GradientMode ICE_Dims ImaAbsTablePosition
ImaCoilString ImaPATModeText ImaRelTablePosition ImageGroup ImageHistory ImageOrientationPatient
ImagePositionPatient ImageType4MF Isocentered LQAlgorithm Laterality4MF LongModelName MRDiffusion MRVelocityEncoding
MR_ASL MeasuredFourierLines MeasurementIndex MiscSequenceParam MoCoQMeasure MorphoQCIndex MorphoQCThreshold
MosaicRefAcqTimes MrEvaProtocol MrPhoenixProtocol MrProtocol MrProtocolVersion MultistepIndex NonPlanarImage
NormalizeManipulated NumberOfAverages NumberOfImagesInMosaic NumberOfPrescans Operation_mode_flag
OriginalImageNumber OriginalSeriesNumber PATModeText PatReinPattern PhaseContrastN4 PhaseEncodingDirectionPositive
PhaseGradientAmplitude PhaseSliceOversampling PixelFile PixelFileName PixelSpacing PositivePCSDirections
PostProcProtocol ProtocolChangeHistory ProtocolSliceNumber QCData RBMoCoRot RBMoCoTrans RFEchoTrainLength
RFSWDDataType RFSWDMostCriticalAspect RFSWDOperationMode ReadoutGradientAmplitude ReadoutOS RealDwellTime
RealWorldValueMapping RelTablePosition RepetitionTime RepetitionTimeEffective RepresentativeImage
RfPowerErrorIndicator RfWatchdogMask SARMostCriticalAspect SW_korr_faktor SafetyStandard SarWholeBody Sed
SelectionGradientAmplitude SequenceFileOwner SequenceMask SequenceName SliceArrayConcatenations SliceLocation
SliceMeasurementDuration SliceNormalVector SlicePosition_PCS SliceResolution SliceThickness SpectrumTextRegionLabel
Stim_faktor Stim_lim Stim_max_ges_norm_online Stim_max_online Stim_mon_mode TablePositionOrigin TalesReferencePower
TimeAfterStart TransmitterCalibration UsedChannelMask UsedChannelString UsedPatientWeight UserDefinedImage
UserDefinedSeries VFModelInfo VFSettings VelocityEncodingDirectionN4 VolumetricProperties4MF VoxelInPlaneRot
VoxelNormalCor VoxelNormalSag VoxelNormalTra VoxelPhaseFOV VoxelPositionCor VoxelPositionSag VoxelPositionTra
VoxelReadoutFOV VoxelThickness dBdt_limit dBdt_max dBdt_thresh t_puls_max
"""

_ASCCONV = """
ulVersion tSequenceFileName tProtocolName sProtConsistencyInfo.tBaselineString
sProtConsistencyInfo.tMeasuredBaselineString sProtConsistencyInfo.flNominalB0 alTR[] alTE[] alTI[]
adFlipAngleDegree[] lContrasts lRepetitions lAverages lScanTimeSec lTotalScanTimeSec lCombinedEchoes dAveragesDouble
dRefSNR acFlowComp[] sTXSPEC.asNucleusInfo[].tNucleus sTXSPEC.asNucleusInfo[].lFrequency
sTXSPEC.asNucleusInfo[].flReferenceAmplitude sRXSPEC.lGain sRXSPEC.alDwellTime[] sGRADSPEC.ucMode
sGRADSPEC.alShimCurrent[] sGRADSPEC.lOffsetX sGRADSPEC.lOffsetY sGRADSPEC.lOffsetZ sSliceArray.lSize
sSliceArray.lConc sSliceArray.ucMode sSliceArray.ucAnatomicalSliceMode sSliceArray.asSlice[].dThickness
sSliceArray.asSlice[].dPhaseFOV sSliceArray.asSlice[].dReadoutFOV sSliceArray.asSlice[].dInPlaneRot
sGroupArray.asGroup[].dDistFact sGroupArray.lSize sAutoAlign.dAAMatrix[] sKSpace.lBaseResolution
sKSpace.lPhaseEncodingLines sKSpace.lPartitions sKSpace.lImagesPerSlab sKSpace.dPhaseResolution
sKSpace.dSliceResolution sKSpace.dPhaseOversamplingForDialog sKSpace.ucDimension sKSpace.ucPhasePartialFourier
sKSpace.ucReadoutPartialFourier sKSpace.ucSlicePartialFourier sKSpace.ucMultiSliceMode sKSpace.ucTrajectory
sKSpace.unReordering sFastImaging.lEPIFactor sFastImaging.lTurboFactor sFastImaging.lSegments
sFastImaging.lEchoSpacing sFastImaging.lEchoTrainDuration sFastImaging.ucFreeEchoSpacing sPat.lAccelFactPE
sPat.lAccelFact3D sPat.lRefLinesPE sPat.ucPATMode sPat.ucRefScanMode sPat.ulCaipirinhaMode
sSliceAcceleration.lMultiBandFactor sSliceAcceleration.lFOVShiftFactor sPrepPulses.ucFatSat sPrepPulses.ucFatSatMode
sPrepPulses.ucInversion sPrepPulses.ucWaterSat sPrepPulses.ucSatRecovery sDiffusion.ulMode sDiffusion.dsScheme
sAsl.ulMode sAngio.ucPCFlowMode sPhysioImaging.lSignal1 sPhysioImaging.lMethod1 sPhysioImaging.lPhases
sDistortionCorrFilter.ucMode sPreScanNormalizeFilter.ucMode ucReconstructionMode ucMotionCorr ucCoilCombineMode
ucOneSeriesForAllMeas ucReadOutMode ucEnableNoiseAdjust lSequenceID
"""

CSA_NAMES: Final = frozenset(_CSA.split())
"""The 180 names in the headers of the public files neurolabusc/dcm_qa (Prisma and TrioTim, syngo MR B17 and E11)."""
ASCCONV_NAMES: Final = frozenset(_ASCCONV.split())
"""Settings of the same files' protocols that an image is usually asked for, without what numbers their parts."""
GE_NAMES: Final = frozenset(("SLICEORDER", "VIEWORDER", "MBACCEL"))
"""What dcm2niix looks for in GE's protocol data block."""


def is_known(name: str) -> bool:
    """Whether a name says nothing of a person, whatever file it comes from."""
    return name in CSA_NAMES or name in GE_NAMES or is_usual_setting(name)


def is_usual_setting(name: str) -> bool:
    """Whether it is one of the settings of a protocol that are shown unasked."""
    return re.sub(r"\[\d{1,4}\]", "[]", name) in ASCCONV_NAMES
